//! What instructors and students are told: made from the journal's entries alone, so that it can be made again at any time.
