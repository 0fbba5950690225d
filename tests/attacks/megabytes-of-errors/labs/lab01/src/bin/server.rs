macro_rules! errors {
    ([] $($all:tt)*) => { $(const _: () = missing::$all;)* };
    ([$first:tt $($more:tt)*] $($all:tt)*) => { errors!([$($more)*] $($all)* $($all)*); };
}
errors!([1 1 1 1 1 1 1 1 1 1 1 1 1] a_name_of_something_that_is_not_there_and_that_is_printed_in_each_error);

fn main() {}
