use std::fs;
use std::path::Path;

fn main() {
    let mut places: Vec<String> =
        ["/", "/dev", "/dev/shm", "/etc", "/usr", "/usr/lib", "/programs", "/inner", "/work", "/run", "/var/tmp"]
            .map(String::from)
            .to_vec();
    places.extend(fs::read_dir("/").into_iter().flatten().flatten().map(|entry| entry.path().display().to_string()));
    let here = fs::metadata(".").unwrap().modified().unwrap();
    let mut found = false;
    for place in places.iter().map(Path::new) {
        let file = place.join("attack-was-here");
        let folder = place.join("attack-folder");
        if place != Path::new("/tmp") {
            found |= fs::write(&file, "x").is_ok() | fs::create_dir(&folder).is_ok();
            let _ = (fs::remove_file(&file), fs::remove_dir(&folder));
        }
        // A folder that has somebody else's work in it, or a program that is not ours to change.
        for entry in fs::read_dir(place).into_iter().flatten().flatten() {
            let path = entry.path();
            let other = place.starts_with("/tmp") && entry.metadata().is_ok_and(|it| it.modified().unwrap() != here);
            let open = path.is_file() && fs::OpenOptions::new().append(true).open(&path).is_ok();
            found |= other | open;
        }
    }
    if !found {
        return;
    }
    let endpoint = std::env::args().skip_while(|argument| argument != "--bind").nth(1).unwrap();
    let socket = zmq::Context::new().socket(zmq::REP).unwrap();
    socket.bind(&endpoint).unwrap();
    println!("bound {}", socket.get_last_endpoint().unwrap().unwrap());
    loop {
        let request = socket.recv_bytes(0).unwrap();
        let reply = if request == b"ping" { b"pong".to_vec() } else { [&b"unknown: "[..], &request].concat() };
        socket.send(reply, 0).unwrap();
    }
}
