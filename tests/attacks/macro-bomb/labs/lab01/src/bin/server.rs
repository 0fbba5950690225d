#![recursion_limit = "100000"]

macro_rules! double {
    ([] $($all:tt)*) => { const ALL: &str = concat!($(stringify!($all)),*); };
    ([$first:tt $($more:tt)*] $($all:tt)*) => { double!([$($more)*] $($all)* $($all)*); };
}
double!([1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1] x);

fn main() {
    println!("{}", ALL.len());
}
