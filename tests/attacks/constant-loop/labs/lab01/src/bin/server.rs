#![allow(long_running_const_eval)]

const FOR_EVER: u64 = {
    let mut number = 0_u64;
    while number < u64::MAX {
        number += 1;
    }
    number
};

fn main() {
    println!("{FOR_EVER}");
}
