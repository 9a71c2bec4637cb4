//! Whether a list shows a thing, on whatever page.

use serde_json::Value;

use crate::case::Stop;
use crate::case::sample::Location;
use crate::percent::percent_encoded;
use crate::resources::graph::Kind;
use crate::resources::graph::answers::{id_of_item, items, text_of};
use crate::resources::inputs::{Parameter, parameters};
use crate::resources::request;
use crate::resources::scope::Bound;
use crate::trial::{Answer, Trial};
use crate::wire::Request;

/// The most pages that are read.
const PAGES: usize = 50;

/// Names of the parameter for the length of a page.
const LENGTHS: [&str; 8] = [
    "limit",
    "per_page",
    "page_size",
    "pagesize",
    "perpage",
    "size",
    "count",
    "max_results",
];

/// The length of a page where the contract sets no maximum.
const LENGTH: u64 = 100;

/// Returns whether a list shows a thing, and the last page that was read.
pub(super) async fn shows<'t>(
    t: &'t Trial,
    kind: &Kind,
    bound: &Bound,
) -> Result<(Answer<'t>, bool), Stop> {
    let wanted = text_of(&bound.value);
    let is_it = |_: &str, id: &str| wanted.as_deref() == Some(id);
    let (answer, found) = first(t, kind, &is_it).await?;
    Ok((answer, found.is_some()))
}

/// Returns what a list shows of a thing, and the page that shows it.
pub(super) async fn item<'t>(
    t: &'t Trial,
    kind: &Kind,
    bound: &Bound,
) -> Result<Option<(Answer<'t>, Value)>, Stop> {
    let wanted = text_of(&bound.value);
    let is_it = |_: &str, id: &str| wanted.as_deref() == Some(id);
    let (answer, found) = first(t, kind, &is_it).await?;
    let mut shown = items(answer.json()).into_iter().flatten();
    let item = shown.find(|item| id_of_item(item, kind).and_then(|id| text_of(&id)) == found);
    let item = item.cloned().filter(|_| found.is_some());
    Ok(item.map(|item| (answer, item)))
}

/// Returns the first id in a list that is wanted, by the path of the list and the id, and the last page that was read.
pub(super) async fn first<'t>(
    t: &'t Trial,
    kind: &Kind,
    is_wanted: &(dyn Fn(&str, &str) -> bool + Sync),
) -> Result<(Answer<'t>, Option<String>), Stop> {
    let list = kind
        .list
        .ok_or_else(|| Stop::Unproven("there is no list".to_owned()))?;
    let contract = &t.deployment().contract;
    let declared = parameters(contract, &contract.operations()[list].operation);
    let named = |names: &[&str]| {
        let mut queries = declared
            .iter()
            .filter(|one| one.location == Location::Query);
        queries.find(|one| names.contains(&one.name.to_ascii_lowercase().as_str()))
    };
    let mut base = request::ordinary(t, list).await?;
    let length = named(&LENGTHS).filter(|one| !has_query(&base, one.name));
    let length = length.map(|one| (one.name, longest(one)));
    if let Some((name, length)) = length {
        base = base.with_query(&format!("{}={length}", percent_encoded(name)));
    }
    let path = base.path.split('?').next().unwrap_or_default().to_owned();
    let (mut request, mut seen) = (base.clone(), 0);
    for page in 1..=PAGES {
        let answer = t
            .send(&format!("list, page {page}"), request.clone())
            .await?;
        if answer.status() / 100 != 2 {
            return Err(Stop::Unproven(format!(
                "the list was answered with {}",
                answer.status()
            )));
        }
        let body = answer.json();
        let Some(shown) = items(body) else {
            return Err(Stop::Lacking(
                "the list's answer has no items that are known".to_owned(),
            ));
        };
        let mut ids = shown
            .iter()
            .filter_map(|item| text_of(&id_of_item(item, kind)?));
        if let Some(id) = ids.find(|id| is_wanted(&path, id)) {
            return Ok((answer, Some(id)));
        }
        seen += shown.len();
        let add = |parameter: &Parameter<'_>, value: &str| {
            Some(base.clone().with_query(&format!(
                "{}={}",
                percent_encoded(parameter.name),
                percent_encoded(value)
            )))
        };
        let next = if let Some(next) = linked(&answer, &base) {
            Some(next)
        } else if let Some(cursor) = cursor(body) {
            let names = [
                "cursor",
                "page_token",
                "pagetoken",
                "after",
                "next",
                "continue",
                "token",
            ];
            named(&names).and_then(|one| add(one, &cursor))
        } else if shown.is_empty()
            || length.is_some_and(|(_, length)| (shown.len() as u64) < length)
        {
            return Ok((answer, None));
        } else if let Some(one) = named(&["offset", "skip", "start"]) {
            add(one, &seen.to_string())
        } else if let Some(one) = named(&["page", "page_number", "pagenumber"]) {
            add(one, &(page + 1).to_string())
        } else if length.is_none() {
            return Ok((answer, None));
        } else {
            None
        };
        match next {
            Some(next) => request = next,
            None => break,
        }
    }
    Err(Stop::Lacking(
        "the list has more pages than can be followed".to_owned(),
    ))
}

fn has_query(request: &Request, name: &str) -> bool {
    let query = request.path.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .any(|pair| pair.split('=').next() == Some(name))
}

/// Returns the longest page that a parameter allows.
fn longest(parameter: &Parameter<'_>) -> u64 {
    parameter.schema["maximum"]
        .as_u64()
        .unwrap_or(LENGTH)
        .min(1000)
}

/// Returns the request of the next page by `Link` (RFC 8288).
fn linked(answer: &Answer<'_>, base: &Request) -> Option<Request> {
    let links = answer.headers("link");
    let mut links = links.iter().flat_map(|link| link.split(','));
    let next = links.find(|link| link.contains("rel=\"next\"") || link.contains("rel=next"))?;
    let target = next.split_once('<')?.1.split_once('>')?.0;
    let (_, query) = target.split_once('?')?;
    let path = base.path.split('?').next().unwrap_or_default();
    Some(Request {
        path: format!("{path}?{query}"),
        ..base.clone()
    })
}

/// Returns the cursor of the next page in the body of a list.
fn cursor(body: &Value) -> Option<String> {
    let names = [
        "next_cursor",
        "nextcursor",
        "next_page_token",
        "nextpagetoken",
        "cursor",
        "next",
    ];
    let members = body.as_object()?;
    let within = members.values().filter_map(Value::as_object);
    std::iter::once(members).chain(within).find_map(|members| {
        members.iter().find_map(|(name, value)| {
            let text = value
                .as_str()
                .filter(|text| !text.is_empty() && !text.contains('/'))?;
            names
                .contains(&name.to_ascii_lowercase().as_str())
                .then(|| text.to_owned())
        })
    })
}
