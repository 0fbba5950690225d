#[path = "../../../../solutions/lab01/src/bin/server.rs"]
mod server;

fn main() {
    server::main()
}
