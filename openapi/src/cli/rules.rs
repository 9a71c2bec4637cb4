//! `rules`: the rules that a comparison can report.

use manual::Lines;

use super::exit::{Exit, Failure, Outcome};
use super::options::{Rules, RulesFormat};
use super::output::{columns, print};
use super::suggestion::nearest;
use crate::diff::{self, Documented};
use crate::render;
use crate::shown::visible;

/// Prints the rules that the command line names, or every rule.
///
/// # Errors
///
/// [`Failure`], when there is no such rule, or standard output cannot be written to.
pub fn run(arguments: &Rules) -> Outcome {
    let rules = selected(&arguments.names)?;
    print("the rules", |out| match arguments.format {
        RulesFormat::Text => render::rules::text(&mut Lines::new(out, columns(None)), &rules),
        RulesFormat::Json => render::rules::json(out, &rules),
        RulesFormat::Markdown => render::rules::markdown(out, &rules),
    })?;
    Ok(Exit::Success)
}

fn selected(names: &[String]) -> Result<Vec<Documented>, Failure> {
    let all = diff::rules();
    if names.is_empty() {
        return Ok(all);
    }
    let ids = || all.iter().map(|known| known.rule.to_string());
    let rules = names.iter().map(|name| {
        let known = all.iter().find(|known| known.rule.to_string() == *name);
        known.cloned().ok_or_else(|| {
            let meant = match nearest(name, ids()) {
                Some(meant) => format!("did you mean {meant}?"),
                None => "without a name, `rules` lists all".to_owned(),
            };
            let name = visible(name);
            Failure::new(Exit::Usage, format!("no rule is called {name}: {meant}"))
        })
    });
    rules.collect()
}
