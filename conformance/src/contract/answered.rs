//! An answer beside what the contract documents for its status: which parts differ, and in what words.

use std::collections::BTreeSet;

use openapi::media_type::MediaType;

use super::documented::DocumentedOperation;

/// What is wrong with a body that is not JSON.
pub(crate) const NOT_JSON: &str = "a body that is not JSON";

/// A part of an answer, compared with what is documented.
#[derive(Debug)]
pub(crate) enum Part {
    /// What is wrong with the headers; without such problems there is no such part.
    Headers(Vec<String>),
    /// The media type.
    MediaType {
        /// Whether it is documented, and the only one.
        is_documented: bool,
        /// Those that are documented.
        documented: String,
        /// What the answer says.
        found: String,
    },
    /// What is wrong with the body.
    Body(Vec<String>),
}

impl Part {
    /// Says what is wrong with the part of an answer of a status. `None` if nothing is.
    pub(crate) fn fault(&self, status: u16) -> Option<String> {
        match self {
            Part::Headers(problems) => {
                Some(format!("header {} in the {status}", problems.join("; ")))
            }
            Part::MediaType {
                is_documented: true,
                ..
            } => None,
            Part::MediaType { found, .. } => {
                Some(format!("the media type {found} in the {status}"))
            }
            Part::Body(problems) if problems.is_empty() => None,
            Part::Body(problems) => Some(format!("{} in the {status}", kinds(problems))),
        }
    }

    /// Returns the fault of a body, if any operation may show it.
    pub(crate) fn shared_fault(&self) -> Option<String> {
        match self {
            Part::Body(problems) => of_one_member(problems),
            Part::Headers(_) | Part::MediaType { .. } => None,
        }
    }
}

impl DocumentedOperation {
    /// Compares an answer, whose status is documented, with what is documented for it: the headers, the media type, then the body.
    /// An error says why a schema cannot be used.
    pub(crate) fn parts(
        &self,
        status: u16,
        headers: impl Fn(&str) -> Vec<String>,
        body: &[u8],
    ) -> Result<Vec<Part>, String> {
        let mut parts = Vec::new();
        let problems = self.header_problems(status, &headers)?;
        if !problems.is_empty() {
            parts.push(Part::Headers(problems));
        }
        let documented = self.media_types(status);
        // RFC 9110, sections 9.3.2, 15.3.5, 15.3.6 and 15.4.5.
        let is_head = self.operation.method == "HEAD";
        let given = headers("content-type");
        let is_bare = documented.is_empty() || matches!(status, 204 | 205 | 304);
        if is_bare || is_head && given.is_empty() {
            return Ok(parts);
        }
        let media_type = MediaType::of(given.first().map_or("", String::as_str));
        let content = self.content(status, &media_type);
        parts.push(Part::MediaType {
            // Of several, a reader may take any (RFC 9110, section 5.3).
            is_documented: given.len() == 1 && content.is_some(),
            documented: documented.join(" or "),
            found: match given.is_empty() {
                true => "none".to_owned(),
                false => given.join(" and "),
            },
        });
        if let Some(content) = content.filter(|_| !is_head) {
            parts.push(Part::Body(content.problems(&media_type, body)?));
        }
        Ok(parts)
    }
}

/// Returns the member that all problems of a body are about, with what is wrong: operations share the schemas of members, and the code
/// that writes them. `None` where there are several, or where they are about no member.
fn of_one_member(problems: &[String]) -> Option<String> {
    let of_member = |problem: &String| {
        let (place, what) = problem.split_once(": ")?;
        let name = place
            .rsplit('/')
            .next()
            .filter(|name| name.parse::<usize>().is_err())?;
        place
            .starts_with('/')
            .then(|| format!("the member {name} of an answer: {what}"))
    };
    let (first, rest) = problems.split_first()?;
    let fault = of_member(first)?;
    rest.iter()
        .all(|one| of_member(one).as_ref() == Some(&fault))
        .then_some(fault)
}

/// Returns the kinds of problems: those of each item of a list are one.
pub(crate) fn kinds(problems: &[String]) -> String {
    if let [only] = problems
        && only == "the body: not JSON"
    {
        return NOT_JSON.to_owned();
    }
    let kind = |problem: &String| {
        let (place, what) = problem.split_once(": ").unwrap_or(("", problem));
        let is_index = |token: &&str| token.parse::<usize>().is_ok();
        let tokens: Vec<&str> = (place.split('/'))
            .map(|token| if is_index(&token) { "*" } else { token })
            .collect();
        match place {
            "" => what.to_owned(),
            _ => format!("{}: {what}", tokens.join("/")),
        }
    };
    let kinds: BTreeSet<String> = problems.iter().map(kind).collect();
    kinds.into_iter().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::kinds;

    #[test]
    fn problems_of_items_are_one() {
        let problems = ["/0/id: missing", "/12/id: missing", "the body: too long"];
        let problems = problems.map(str::to_owned);
        assert_eq!(kinds(&problems), "/*/id: missing; the body: too long");
    }
}
