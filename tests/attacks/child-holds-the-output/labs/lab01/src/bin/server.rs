fn main() {
    let _ = std::process::Command::new("sleep").arg("30").spawn();
}
