//! The book as a crate: each chapter is the documentation of a module, so that its Rust blocks are tests.

include!(concat!(env!("OUT_DIR"), "/chapters.rs"));
