//! The tap between libzmq's sockets and raw peers: true to the byte when told nothing, exact when told something,
//! unmoved by bad input.

#![cfg(feature = "peers")]

mod bytes;
mod garbage;
mod repeated;
mod rules;
mod scene;
mod stage;
