//! `openapi rules`: what a comparison can find, and what each find means.

use ::openapi::diff;
use ::openapi::render;

use crate::cli::{Rules, RulesFormat};
use crate::exit::{Exit, Outcome};

pub(crate) fn run(arguments: &Rules) -> Outcome {
    let rules = diff::rules();
    super::print("the rules", |out| match arguments.format {
        RulesFormat::Text => render::rules::text(out, &rules),
        RulesFormat::Json => render::rules::json(out, &rules),
        RulesFormat::Markdown => render::rules::markdown(out, &rules),
    })?;
    Ok(Exit::Success)
}
