//! The promise of `PATCH` that it changes what it names, and nothing else.

use serde_json::Value;

use super::others::differing;
use super::{Subject, found, kept};
use crate::case::{Outcome, Stop};
use crate::deployment::faults::CHANGED;
use crate::derived::reach;
use crate::derived::steps::is_documented;
use crate::resources::members::{self, Members, with_one_member};
use crate::resources::request;
use crate::trial::Trial;

/// The most members that are changed, until a change spares the others.
const TRIED: usize = 4;

/// Changes one member of a thing that was made with all, and checks that those which the client had set stay as they were. A service
/// may change others, such as a total.
pub(super) async fn spares_other_members(t: &Trial) -> Outcome {
    let subject = Subject::of(t)?;
    let operation = subject.operation;
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
    let chosen = request::choose(t, operation).await?;
    let changes = with_one_member(&t.deployment().contract, &chosen, earlier);
    let mut lost = None;
    let mut taken = 0;
    for (name, change) in changes.into_iter().take(TRIED) {
        let purpose = format!("change `{name}` alone");
        let answer = t.send(&purpose, request::ordinary_of(t, &change)?).await?;
        is_documented(&answer, t, operation)?;
        if answer.status() / 100 != 2 {
            continue;
        }
        if answer.status() == 202 {
            let why = "the change was accepted for later";
            return Err(Stop::Inapplicable(why.to_owned()));
        }
        let (answer, after) = read("read it after that").await?;
        kept::keeps(t, reader, &answer, &change)?;
        before.remove(&name);
        taken += 1;
        let differs = differing(&before, &after).map(|(name, value)| {
            let found = after
                .get(name)
                .map_or_else(|| "missing".to_owned(), Value::to_string);
            (name.clone(), value.to_string(), found)
        });
        match differs {
            // A service may have a rule for one of them, such as the region of another country.
            Some(differs) => lost = Some((answer, differs)),
            None => {
                let same = "as they were";
                answer.expect("the other members", true, same, same)?;
                return reach::ensure(t, operation).await;
            }
        }
        before = after;
    }
    let Some((answer, (name, value, found))) = lost else {
        let why = "no member was found that can be changed alone";
        return Err(Stop::Unasked(why.to_owned()));
    };
    let what =
        format!("`{name}`, which was not changed (of {taken} changes, each changed another)");
    let spared = answer.expect(&what, false, value, found);
    let changing = &t.deployment().contract.operations()[operation].operation;
    t.name_cause(Some(format!("{CHANGED}{changing} of another member")), None);
    spared
}
