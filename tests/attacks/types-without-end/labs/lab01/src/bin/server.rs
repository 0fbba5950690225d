#![recursion_limit = "1000000"]

trait Deeper {
    fn go(&self, left: u64) -> u64;
}

impl<T: Clone> Deeper for Option<T> {
    fn go(&self, left: u64) -> u64 {
        if left == 0 { 0 } else { Some((self.clone(), self.clone())).go(left - 1) }
    }
}

fn main() {
    println!("{}", Some(1).go(std::process::id().into()));
}
