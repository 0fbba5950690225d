//! A macro that would run in the compiler.

compile_error!("a macro crate of a submission was compiled");
