//! What a connection has answered in the transaction that it is in, where the same question has the same answer.

use std::collections::HashMap;
use std::hash::Hash;

/// Answers to one kind of question.
pub(super) struct Answers<Question, Answer> {
    known: HashMap<Question, Answer>,
    most: usize,
}

impl<Question: Eq + Hash, Answer: Clone> Answers<Question, Answer> {
    /// None yet, and never more than `most`.
    pub(super) fn at_most(most: usize) -> Self {
        Self {
            known: HashMap::new(),
            most,
        }
    }

    /// The answer, if the question was asked before.
    pub(super) fn get(&self, question: &Question) -> Option<Answer> {
        self.known.get(question).cloned()
    }

    /// Remembers an answer until the transaction ends, or until there are too many.
    pub(super) fn remember(&mut self, question: Question, answer: &Answer) {
        if self.known.len() >= self.most {
            self.known.clear();
        }
        self.known.insert(question, answer.clone());
    }

    /// The transaction has ended.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }
}
