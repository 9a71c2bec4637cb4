//! Credentials that are not valid.

use crate::contract::security::{Credential, Scheme};

/// Makes up a credential of the same length and kinds of characters.
pub(super) fn invented(value: &str) -> String {
    let random = std::iter::repeat_with(|| *uuid::Uuid::new_v4().as_bytes()).flatten();
    let within = |first: u8, count: u8, random: u8| char::from(first + random % count);
    let character = |(character, random): (char, u8)| match character {
        'a'..='z' => within(b'a', 26, random),
        'A'..='Z' => within(b'A', 26, random),
        '0'..='9' => within(b'0', 10, random),
        other => other,
    };
    value.chars().zip(random).map(character).collect()
}

/// Changes one character of a credential: returns the damaged value, and the script of `sed` that damages it. Not the last
/// character, of which Base64 may not use all bits. Of a user's name and password it is one of the password. `None` where the
/// value has no letter and no digit there.
pub(super) fn damage(credential: &Credential) -> Option<(String, String)> {
    let value = credential.secret();
    let start = match credential.scheme {
        Scheme::Basic => value.find(':').map_or(0, |colon| colon + 1),
        Scheme::ApiKey { .. }
        | Scheme::Token { .. }
        | Scheme::MutualTls
        | Scheme::Unsupported { .. } => 0,
    };
    let length = value.len() - start;
    let place = (start + length).checked_sub(1 + (length / 4).min(4))?;
    let is_alphanumeric = |index: &usize| value.as_bytes()[*index].is_ascii_alphanumeric();
    let index = (start..=place)
        .rev()
        .chain(place..value.len())
        .find(is_alphanumeric)?;
    let other = match value.as_bytes()[index] {
        b'0' => '1',
        b'1'..=b'9' => '0',
        b'a' => 'b',
        b'b'..=b'z' => 'a',
        b'A' => 'B',
        _ => 'A',
    };
    let (before, after) = (&value[..index], &value[index + 1..]);
    let script = format!("s/.\\(.\\{{{}\\}}\\)$/{other}\\1/", after.len());
    Some((format!("{before}{other}{after}"), script))
}

#[cfg(test)]
mod tests {
    use super::{damage, invented};
    use crate::contract::security::{Credential, Scheme};

    #[test]
    fn invented_credential_has_the_form_of_another() {
        let value = "dz_Ab1.9-x y:z";
        let other = invented(value);
        assert_ne!(other, value);
        let form = |text: &str| -> Vec<char> {
            let kind = |character: char| match character {
                'a'..='z' => 'a',
                'A'..='Z' => 'A',
                '0'..='9' => '0',
                other => other,
            };
            text.chars().map(kind).collect()
        };
        assert_eq!(form(&other), form(value));
    }

    #[test]
    fn damaged_credential_differs_in_one_character_that_counts() {
        let credential = |scheme, value: &str| Credential {
            name: "Key".to_owned(),
            scheme,
            secret: value.into(),
            prefix: None,
            variable: "KEY".to_owned(),
        };
        let bearer = Scheme::Token {
            word: "Bearer".to_owned(),
        };
        let (value, script) = damage(&credential(bearer, "abcdefghijklmnopqrstuvwx")).expect("one");
        assert_eq!(value, "abcdefghijklmnopqrsauvwx");
        assert_eq!(script, r"s/.\(.\{4\}\)$/a\1/");
        let (value, _) = damage(&credential(Scheme::Basic, "olga:0-1")).expect("one");
        assert_eq!(value, "olga:0-0");
        assert_eq!(damage(&credential(Scheme::Basic, "olga:")), None);
    }
}
