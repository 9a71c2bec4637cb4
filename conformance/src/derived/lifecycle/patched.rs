//! The promise of `PATCH` that it changes what it names, and nothing else.

use serde_json::Value;

use super::kept;
use super::others::differing;
use super::subject::{Subject, found};
use crate::case::{Outcome, Stop};
use crate::deployment::faults::CHANGED;
use crate::derived::reach;
use crate::derived::steps::is_documented;
use crate::resources::members::{self, Members, with_one_member};
use crate::resources::request;
use crate::trial::{Answer, Trial};

/// The most members that are changed, each of another thing, until a change spares the others.
const TRIED: usize = 4;

/// A member that was not changed: its name, its value, and what was found.
type Lost = (String, String, String);

/// Changes one member of a thing that was made with all, and checks that those which the client had set stay as they were. A service
/// may have a rule for one of them, such as the region of another country, so a change that spares the others is enough.
pub(super) async fn spares_other_members(t: &Trial) -> Outcome {
    let subject = Subject::of(t)?;
    let operation = subject.operation;
    let mut last = None;
    for place in 0..TRIED {
        match change(t, &subject, place).await? {
            Changed::None => break,
            Changed::Refused => {}
            Changed::Alone(answer) => {
                let same = "as they were";
                answer.expect("the other members", true, same, same)?;
                return reach::ensure(t, operation).await;
            }
            Changed::Others(answer, lost) => last = Some((answer, lost)),
        }
    }
    let Some((answer, (name, value, found))) = last else {
        let why = "no member was found that can be changed alone";
        return Err(Stop::Unasked(why.to_owned()));
    };
    let what = format!("`{name}`, which was not changed");
    let spared = answer.expect(&what, false, value, found);
    let changing = &t.deployment().contract.operations()[operation].operation;
    let cause = format!("{CHANGED}{changing} of another member");
    t.name_cause(Some(cause), None);
    spared
}

/// What came of the change of one member.
enum Changed<'t> {
    /// There is no such member.
    None,
    /// It was refused.
    Refused,
    /// The others are as they were.
    Alone(Answer<'t>),
    /// Another one is not.
    Others(Answer<'t>, Lost),
}

/// Makes a thing with all members, and changes one of them, by its place among those that can be changed alone.
async fn change<'t>(
    t: &'t Trial,
    subject: &Subject<'t>,
    place: usize,
) -> Result<Changed<'t>, Stop> {
    let made = subject.make_with(t, Members::All).await?.chosen;
    let reader = subject.read_operation()?;
    let read = async |purpose: &str| -> Result<_, Stop> {
        let answer = subject.read(t, purpose).await?;
        let held = answer.status() / 100 == 2;
        answer.expect("status", held, "2xx: it is there", found(&answer))?;
        let shown = kept::shown(t, reader, &answer, &made);
        Ok((answer, shown))
    };
    let (_, first) = read("read it before").await?;
    let (_, mut before) = read("read it once more before").await?;
    before.retain(|name, value| first.get(name) == Some(&*value) && !members::counts(name));
    let earlier = made.body.as_ref().map_or(&Value::Null, |body| &body.value);
    let chosen = request::choose(t, subject.operation).await?;
    let changes = with_one_member(&t.deployment().contract, &chosen, earlier);
    let Some((name, change)) = changes.into_iter().nth(place) else {
        return Ok(Changed::None);
    };
    let purpose = format!("change `{name}` alone");
    let answer = t.send(&purpose, request::ordinary_of(t, &change)?).await?;
    is_documented(&answer, t, subject.operation)?;
    match answer.status() {
        202 => {
            let why = "the change was accepted for later";
            return Err(Stop::Inapplicable(why.to_owned()));
        }
        200..300 => {}
        _ => return Ok(Changed::Refused),
    }
    let (answer, after) = read("read it after that").await?;
    kept::keeps(t, reader, &answer, &change)?;
    before.remove(&name);
    let lost = differing(&before, &after).map(|(name, value)| {
        let found = after.get(name);
        let found = found.map_or_else(|| "missing".to_owned(), Value::to_string);
        (name.clone(), value.to_string(), found)
    });
    Ok(match lost {
        Some(lost) => Changed::Others(answer, lost),
        None => Changed::Alone(answer),
    })
}
