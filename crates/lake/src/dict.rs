//! Words as small numbers.
use std::collections::HashMap;

/// Code of what is not there, and of what did not fit.
pub const NONE: u32 = 0;
pub const OTHER: u32 = 1;

/// A growing list of words; a word keeps its code for ever. Code 0 is "none", 1 is "any other",
/// given to new words when the dictionary is full.
#[derive(Clone, Debug)]
pub struct Dict {
    words: Vec<String>,
    /// Each word as a number, NaN where it is none.
    numbers: Vec<f64>,
    index: HashMap<String, u32>,
    most: usize,
}

impl Default for Dict {
    fn default() -> Self {
        Dict::new(1 << 20)
    }
}

impl Dict {
    /// A dictionary of at most so many words.
    pub fn new(most: usize) -> Dict {
        let mut d = Dict { words: vec![], numbers: vec![], index: HashMap::new(), most: most.max(4) };
        d.push("");
        d.push("\u{0}other");
        d
    }
    /// A dictionary with these words in this order, as [`Dict::words`] gave them.
    pub fn from_words(words: Vec<String>, most: usize) -> Dict {
        let mut d = Dict::new(most);
        for w in words.into_iter().skip(2) {
            if w.is_empty() {
                d.blank_next();
            } else {
                d.push(&w);
            }
        }
        d
    }
    /// A place in the list whose word was forgotten; its code is nobody's.
    fn blank_next(&mut self) {
        self.words.push(String::new());
        self.numbers.push(f64::NAN);
    }
    /// Forgets the word of a code that nothing uses.
    pub(crate) fn blank(&mut self, code: u32) {
        if let Some(word) = self.words.get_mut(code as usize).filter(|_| code > OTHER) {
            self.index.remove(word.as_str());
            word.clear();
            self.numbers[code as usize] = f64::NAN;
        }
    }
    fn push(&mut self, word: &str) -> u32 {
        let code = self.words.len() as u32;
        self.words.push(word.to_string());
        self.numbers.push(word.parse().unwrap_or(f64::NAN));
        self.index.insert(word.to_string(), code);
        code
    }
    /// The code of a word, given now if it has none.
    pub fn code(&mut self, word: &str) -> u32 {
        match self.index.get(word) {
            Some(code) => *code,
            None if self.words.len() < self.most => self.push(word),
            None => OTHER,
        }
    }
    pub fn find(&self, word: &str) -> Option<u32> {
        self.index.get(word).copied()
    }
    pub fn word(&self, code: u32) -> &str {
        self.words.get(code as usize).map_or("", String::as_str)
    }
    /// The word as a number, or NaN.
    pub fn number(&self, code: u32) -> f64 {
        self.numbers.get(code as usize).copied().unwrap_or(f64::NAN)
    }
    pub fn words(&self) -> &[String] {
        &self.words
    }
    pub fn len(&self) -> usize {
        self.words.len()
    }
    pub fn is_empty(&self) -> bool {
        self.words.len() <= 2
    }
}
