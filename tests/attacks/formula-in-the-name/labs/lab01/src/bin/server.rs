fn main() {
    println!("bound <img src=x onerror=alert(1)>");
    println!("</pre></script><script>document.title = 'owned'</script>");
    println!("{}", "=HYPERLINK(\"http://127.0.0.1/\",\"click\") ]]> &lt; {{ 7 * 7 }} {% raw %}");
    std::process::exit(1)
}
