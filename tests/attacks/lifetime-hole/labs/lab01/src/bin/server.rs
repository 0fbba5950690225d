/// The known hole: a lifetime that is longer than what it stands for, without a word of unsafe.
fn longer<'a, 'b, T: ?Sized>(_: &'a &'b (), value: &'b T) -> &'a T {
    value
}

fn for_ever<T: ?Sized>(value: &T) -> &'static T {
    const UNIT: &&() = &&();
    let longer: for<'x> fn(_, &'x T) -> &'static T = longer;
    longer(UNIT, value)
}

fn main() {
    let freed = {
        let text = String::from_utf8(vec![b'x'; 100_000]).unwrap();
        for_ever(text.as_bytes())
    };
    let readable: Vec<u8> = freed.iter().copied().filter(u8::is_ascii_graphic).collect();
    println!("{}", String::from_utf8_lossy(&readable));
}
