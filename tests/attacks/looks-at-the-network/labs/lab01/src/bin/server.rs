use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

fn main() {
    // What other programs of this machine listen on: nothing may be reached but the suite's own network.
    for port in [22, 53, 80, 443, 3306, 5432, 6379, 6817, 8080] {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let open = TcpStream::connect_timeout(&address, Duration::from_millis(50)).is_ok();
        eprintln!("{address} {open}");
    }
    eprintln!("{:?}", std::fs::read_dir("/sys/class/net").map(|entries| entries.flatten().count()));
    eprintln!("{:?}", TcpListener::bind("0.0.0.0:0"));
}
