fn main() {
    print!("\u{1b}[2J\u{1b}[H\u{1b}]0;all passed\u{7}\u{1b}]52;c;cm0gLXJmIH4K\u{7}\u{9b}31m\u{202e}dessap\u{202c}\r\n");
    println!("\u{1b}[8mbound tcp://127.0.0.1:1\u{1b}[0m\0\u{8}\u{8}");
    eprintln!("\u{1b}[?1049h\u{1b}c\u{1b}P+q544e\u{1b}\\");
    std::process::exit(3)
}
