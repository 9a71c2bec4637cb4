//! A change's sentence as its parts. Names and values in it come from documents and can hold anything;
//! a format that has markup of its own escapes each part as that part needs it.

/// A part of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Ordinary words.
    Words(&'a str),
    /// What stood between backticks: a name, a keyword, a value.
    Code(&'a str),
}

/// The parts of `sentence`. One in which backticks do not pair is nothing but words: some name in it
/// holds backticks, and which one cannot be told.
pub(super) fn parts(sentence: &str) -> Vec<Part<'_>> {
    let pieces: Vec<&str> = sentence.split('`').collect();
    let last = pieces.len() - 1;
    let unpaired = !last.is_multiple_of(2);
    let hollow = pieces
        .iter()
        .enumerate()
        .any(|(index, piece)| piece.is_empty() && index != 0 && index != last);
    if unpaired || hollow {
        return vec![Part::Words(sentence)];
    }
    let parts = pieces.into_iter().enumerate().map(|(index, piece)| {
        if index.is_multiple_of(2) {
            Part::Words(piece)
        } else {
            Part::Code(piece)
        }
    });
    parts.filter(|part| *part != Part::Words("")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Part, parts};

    #[test]
    fn what_stands_between_backticks_is_code() {
        assert_eq!(
            parts("no `id` or `a b`"),
            [
                Part::Words("no "),
                Part::Code("id"),
                Part::Words(" or "),
                Part::Code("a b")
            ]
        );
    }

    #[test]
    fn backticks_of_a_name_make_it_all_words() {
        for sentence in ["no ```` left", "no `a`b` left", "no `a``b` left"] {
            assert_eq!(parts(sentence), [Part::Words(sentence)]);
        }
    }
}
