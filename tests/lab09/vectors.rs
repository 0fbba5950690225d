//! Hashes that do not come from the code that is judged.
//!
//! Sources: `ABC`, `EMPTY` and `MILLION` are the examples of FIPS 180-4 (NIST, "SHA-256 Example" and the test vectors of its validation
//! system); the others were made with `sha256sum` of the GNU coreutils.

/// A text and its hash.
pub struct Vector {
    pub text: &'static [u8],
    pub hash: &'static str,
}

pub static ABC: Vector =
    Vector { text: b"abc", hash: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" };
pub static EMPTY: Vector =
    Vector { text: b"", hash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" };
pub static BLOCKS: Vector = Vector {
    text: b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    hash: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
};
pub static NOTES: Vector = Vector {
    text: b"\xff\xfe\0\r\nno text at all\n",
    hash: "b7dffb5e499f004f8fe228b55c0de21fc79a3191d855c7230d9d458dd16b7246",
};

/// A million times the letter a.
pub static MILLION: &str = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

/// What [`crate::pipe::Writer::write_much`] writes, and `abc`.
pub static MUCH_AND_ABC: &str = "30a243b1b76f633dbc2e0b2dc778a7cd2831dbb632eba74a3eb1c6d535b47740";

/// As many zeros as [`SHORT`].
pub static FEWER_ZEROS: &str = "83ee47245398adee79bd9c0a8bc57b821e92aba10f5f9ade8a5d1fae4d8c4302";
/// 32 MiB: a thread is at it for some milliseconds.
pub const SHORT: u64 = 32 << 20;

/// As many zeros as [`LENGTH`].
pub static ZEROS: &str = "a7c744c13cc101ed66c29f672f92455547889cc586ce6d44fe76ae824958ea51";
/// 2 GiB: one more than an `i32` holds.
pub const LENGTH: u64 = 2 << 30;
