//! Looks through a pickle before anybody parses it.
//!
//! A pickle is a program for a small stack machine, and some of its instructions call whatever function the pickle names.
//! [`scan`] runs that program without making any value: it knows of each item on the stack only how deep it is nested and how
//! much it stands for. So it can refuse, before a parser has allocated or called anything:
//!
//! - instructions that call code or import a name, each by its name in `pickletools`;
//! - nesting deeper than [`DEPTH`]: parsers recurse, and end in a stack overflow that no program can catch;
//! - a pickle that stands for more than [`LIMIT`] bytes when every reference is written out, and lengths that are not there;
//! - the same list or dict in two places, a memo out of bounds, an unfinished program, bytes behind its end.
//!
//! What passes is data of protocols 0 to 5: texts, bytes, numbers, `None`, truth values, lists, tuples, sets and dicts. Source
//! of the instructions: `Lib/pickletools.py` of CPython, and PEP 307, PEP 3154 and PEP 574.

use crate::message::LIMIT;

/// How deep lists, tuples, sets and dicts may be nested: `[[]]` is two deep.
pub const DEPTH: usize = 64;

/// The longest number, in bytes or digits.
const LONGEST_NUMBER: usize = 64;

/// Why a pickle was refused. Positions count bytes from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PickleError {
    /// An instruction would call code, or fetch the code to call.
    #[error("the pickle is no plain data: {instruction} at byte {at} would call code{}", named(name))]
    Calls {
        /// The instruction's name in `pickletools`.
        instruction: &'static str,
        /// Where it stands.
        at: usize,
        /// What it names, as in `os.system`, escaped; empty where the name is no part of the instruction.
        name: String,
    },
    /// It is nested too deep.
    #[error("the pickle is nested deeper than {DEPTH}, at byte {0}")]
    Deep(usize),
    /// It stands for too much.
    #[error("the pickle stands for more than {LIMIT} bytes, at byte {0}")]
    Large(usize),
    /// It ends in the middle, or a length says so.
    #[error("the pickle ends too early: what begins at byte {0} is not all there")]
    Short(usize),
    /// Something stands behind its end.
    #[error("bytes left over behind the end of the pickle: {0}")]
    Trailing(usize),
    /// It is no pickle, or one that no pickler writes.
    #[error("this is no pickle of plain data: {why} at byte {at}")]
    Malformed {
        /// What is wrong.
        why: &'static str,
        /// Where.
        at: usize,
    },
}

fn named(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" ({name})") }
}

/// Refuses a pickle that is not plain data of a bounded size and depth; says nothing of what is in it.
///
/// ```
/// // pickle.dumps(["a", 1], 2)
/// shared::pickle::scan(b"\x80\x02]q\x00(X\x01\x00\x00\x00aq\x01K\x01e.")?;
/// // A pickle that runs `os.system("id")` in whoever loads it.
/// let error = shared::pickle::scan(b"cos\nsystem\n(X\x02\x00\x00\x00idtR.").unwrap_err();
/// assert!(error.to_string().contains("GLOBAL at byte 0 would call code (os.system)"));
/// # Ok::<(), shared::pickle::PickleError>(())
/// ```
pub fn scan(pickle: &[u8]) -> Result<(), PickleError> {
    let mut machine = Machine { pickle, ..Machine::default() };
    while machine.step()? {}
    let behind = pickle.len() - machine.next;
    if behind > 0 { Err(PickleError::Trailing(behind)) } else { Ok(()) }
}

/// What is known of an item on the stack.
#[derive(Clone, Copy)]
struct Item {
    /// How deep it is nested: 0 for a text or a number, 1 for a list of such.
    depth: usize,
    /// What it stands for, in bytes; of a list only its own head.
    size: usize,
    /// Whether the memo has it.
    in_memo: bool,
}

impl Item {
    fn is_leaf(self) -> bool {
        self.depth == 0
    }
}

/// The machine of `pickletools`, with items for values.
///
/// A list can stand in one place only (a second reference to it is refused), so it cannot grow any more once it is part of another:
/// its depth is final then.
#[derive(Default)]
struct Machine<'a> {
    pickle: &'a [u8],
    /// The next byte.
    next: usize,
    /// Where the present instruction began.
    at: usize,
    stack: Vec<Item>,
    /// For each mark, how high the stack was.
    marks: Vec<usize>,
    memo: std::collections::BTreeMap<usize, Item>,
    /// What everything so far stands for, in bytes.
    total: usize,
}

type Step<T = ()> = Result<T, PickleError>;

impl<'a> Machine<'a> {
    /// One instruction; false after the last.
    fn step(&mut self) -> Step<bool> {
        self.at = self.next;
        let code = self.bytes(1)?[0];
        match code {
            b'.' => return self.stop().map(|()| false),
            0x80 => self.protocol()?,
            0x95 => self.frame()?,
            b'(' => self.mark()?,
            b'0' | b'1' => self.drop_items(code)?,
            b'p' | b'q' | b'r' | 0x94 => self.put(code)?,
            b'g' | b'h' | b'j' => self.get(code)?,
            b'N' | 0x88 | 0x89 => self.leaf(1)?,
            b'K' => self.number(1)?,
            b'M' => self.number(2)?,
            b'J' => self.number(4)?,
            b'G' => self.number(8)?,
            b'I' | b'L' | b'F' => {
                let digits = self.line()?.len();
                self.small(digits)?;
            }
            0x8a | 0x8b => {
                let length = self.length(if code == 0x8a { 1 } else { 4 })?;
                self.small(length)?;
                self.bytes(length)?;
            }
            b'S' | b'V' => {
                let length = self.line()?.len();
                self.leaf(length)?;
            }
            b'U' | b'C' | 0x8c => self.text(1)?,
            b'T' | b'X' | b'B' => self.text(4)?,
            0x8d | 0x8e | 0x96 => self.text(8)?,
            b']' | b'}' | b')' | 0x8f => self.push(1, 1)?,
            0x85..=0x87 => self.collect(usize::from(code - 0x84))?,
            b'l' | b't' | b'd' | 0x91 => {
                let count = self.since_mark()?;
                self.collect(count)?;
            }
            b'a' => self.add(1)?,
            b's' => self.add(2)?,
            b'e' | b'u' | 0x90 => {
                let count = self.since_mark()?;
                self.add(count)?;
            }
            _ => return Err(self.refuse(code)),
        }
        Ok(true)
    }

    /// Instructions that no plain data needs.
    fn refuse(&mut self, code: u8) -> PickleError {
        let at = self.at;
        let instruction = match code {
            b'c' => "GLOBAL",
            b'i' => "INST",
            b'o' => "OBJ",
            b'R' => "REDUCE",
            b'b' => "BUILD",
            0x81 => "NEWOBJ",
            0x82 => "EXT1",
            0x83 => "EXT2",
            0x84 => "EXT4",
            0x92 => "NEWOBJ_EX",
            0x93 => "STACK_GLOBAL",
            b'P' => "PERSID",
            b'Q' => "BINPERSID",
            b'2' => return self.malformed("DUP, which no pickler writes, stands"),
            0x97 | 0x98 => return self.malformed("a buffer that is sent apart is asked for"),
            _ => return self.malformed("an unknown instruction stands"),
        };
        let mut name = String::new();
        if matches!(code, b'c' | b'i') {
            if let (Ok(module), Ok(of_it)) = (self.line(), self.line()) {
                let both = [module, b".", of_it].concat();
                name = String::from_utf8_lossy(&both).escape_debug().take(80).collect();
            }
        }
        PickleError::Calls { instruction, at, name }
    }

    fn malformed(&self, why: &'static str) -> PickleError {
        PickleError::Malformed { why, at: self.at }
    }

    /// The next bytes of the pickle itself; nothing is copied, so a length that is not there costs nothing.
    fn bytes(&mut self, count: usize) -> Step<&'a [u8]> {
        let end = self.next.checked_add(count).filter(|end| *end <= self.pickle.len());
        let begin = self.next;
        self.next = end.ok_or(PickleError::Short(self.at))?;
        Ok(&self.pickle[begin..self.next])
    }

    /// The bytes up to the next newline.
    fn line(&mut self) -> Step<&'a [u8]> {
        let rest = &self.pickle[self.next..];
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or(PickleError::Short(self.at))?;
        self.next += length + 1;
        Ok(&rest[..length])
    }

    /// A length of so many bytes, little endian.
    fn length(&mut self, width: usize) -> Step<usize> {
        let at = self.at;
        let bytes = self.bytes(width)?;
        let length = bytes.iter().rev().fold(0u64, |length, byte| length << 8 | u64::from(*byte));
        usize::try_from(length).map_err(|_| PickleError::Short(at))
    }

    fn protocol(&mut self) -> Step {
        match self.bytes(1)? {
            [0..=5] => Ok(()),
            _ => Err(self.malformed("an unknown protocol is named")),
        }
    }

    /// A frame only announces bytes that follow; they are read as they come.
    fn frame(&mut self) -> Step {
        let length = self.length(8)?;
        if length > self.pickle.len() - self.next { Err(PickleError::Short(self.at)) } else { Ok(()) }
    }

    /// Parsers make a new stack for each mark, so open marks are counted as nesting.
    fn mark(&mut self) -> Step {
        if self.marks.len() >= DEPTH {
            return Err(PickleError::Deep(self.at));
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    /// How many items stand above the last mark, which is taken away.
    fn since_mark(&mut self) -> Step<usize> {
        let mark = self.marks.pop().ok_or_else(|| self.malformed("a mark is missing"))?;
        Ok(self.stack.len() - mark)
    }

    /// Takes so many items from the stack, none of them below the last mark.
    fn pop(&mut self, count: usize) -> Step<std::vec::Drain<'_, Item>> {
        let floor = self.marks.last().copied().unwrap_or(0);
        match self.stack.len().checked_sub(count) {
            Some(from) if from >= floor => Ok(self.stack.drain(from..)),
            _ => Err(self.malformed("the stack is empty")),
        }
    }

    fn drop_items(&mut self, code: u8) -> Step {
        let above_mark = self.stack.len() - self.marks.last().copied().unwrap_or(0);
        let count = if code == b'1' || above_mark == 0 { self.since_mark()? } else { 1 };
        self.pop(count).map(drop)
    }

    fn weigh(&mut self, size: usize) -> Step {
        self.total = self.total.saturating_add(size);
        if self.total > LIMIT { Err(PickleError::Large(self.at)) } else { Ok(()) }
    }

    fn push(&mut self, depth: usize, size: usize) -> Step {
        if depth > DEPTH {
            return Err(PickleError::Deep(self.at));
        }
        self.weigh(size)?;
        self.stack.push(Item { depth, size, in_memo: false });
        Ok(())
    }

    fn leaf(&mut self, size: usize) -> Step {
        self.push(0, size.max(1))
    }

    fn number(&mut self, width: usize) -> Step {
        self.bytes(width)?;
        self.leaf(width)
    }

    /// A number that is written as a text, or with a length.
    fn small(&mut self, length: usize) -> Step {
        if length > LONGEST_NUMBER {
            return Err(self.malformed("a number of more than 64 digits stands"));
        }
        self.leaf(length)
    }

    fn text(&mut self, width: usize) -> Step {
        let length = self.length(width)?;
        self.bytes(length)?;
        self.leaf(length)
    }

    /// Makes one item of the uppermost ones: a tuple, or a list that comes whole.
    fn collect(&mut self, count: usize) -> Step {
        let deepest = self.pop(count)?.map(|item| item.depth).max().unwrap_or(0);
        self.push(deepest + 1, 1)
    }

    /// Puts the uppermost items into the list, set or dict below them.
    fn add(&mut self, count: usize) -> Step {
        let deepest = self.pop(count)?.map(|item| item.depth).max();
        let mut list = self.pop(1)?.next().ok_or(PickleError::Short(0))?;
        if list.is_leaf() {
            return Err(self.malformed("something is added to what is no list"));
        }
        list.depth = list.depth.max(deepest.map_or(1, |depth| depth + 1));
        if list.depth > DEPTH {
            return Err(PickleError::Deep(self.at));
        }
        self.stack.push(list);
        Ok(())
    }

    /// The number of a place in the memo. Picklers count from 0, so no number is as large as the pickle is long.
    fn place(&mut self, code: u8) -> Step<usize> {
        let place = match code {
            b'p' | b'g' => {
                let line = std::str::from_utf8(self.line()?).ok().and_then(|line| line.parse().ok());
                line.ok_or_else(|| self.malformed("a place in the memo that is no number is named"))?
            }
            b'q' | b'h' => self.length(1)?,
            b'r' | b'j' => self.length(4)?,
            _ => self.memo.len(),
        };
        if place > self.pickle.len() {
            return Err(self.malformed("a memo larger than the pickle is asked for"));
        }
        Ok(place)
    }

    /// Parsers copy what goes into the memo, so an item may go there once.
    fn put(&mut self, code: u8) -> Step {
        let place = self.place(code)?;
        let item = self.pop(1)?.next().ok_or(PickleError::Short(0))?;
        if item.in_memo {
            return Err(self.malformed("what is in the memo already is put there again"));
        }
        let item = Item { in_memo: true, ..item };
        self.stack.push(item);
        self.memo.insert(place, item);
        Ok(())
    }

    /// A reference weighs as much as what it stands for: otherwise a few bytes stand for gigabytes.
    fn get(&mut self, code: u8) -> Step {
        let place = self.place(code)?;
        match self.memo.get(&place).copied() {
            None => Err(self.malformed("an empty place in the memo is asked for")),
            Some(item) if !item.is_leaf() => {
                Err(self.malformed("a list or a dict that stands in two places is asked for"))
            }
            Some(item) => {
                self.weigh(item.size)?;
                self.stack.push(item);
                Ok(())
            }
        }
    }

    fn stop(&mut self) -> Step {
        if self.stack.len() == 1 && self.marks.is_empty() {
            Ok(())
        } else {
            Err(self.malformed("the pickle ends with another number of values than one,"))
        }
    }
}

#[cfg(test)]
mod tests;
