include!("../../../../solutions/lab01/src/bin/server.rs");
