//! `conformance probe`: a first profile of a deployment.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use conformance::case::Effect;
use conformance::contract::{Contract, Place};
use conformance::deployment::pace::Limits;
use conformance::exit::ExitCode;
use conformance::probe::{self, Users};
use conformance::session::{Opening, Session};
use uuid::Uuid;

use super::render::refuse;
use super::run::runtime;

/// What follows the options in the help.
pub(crate) const HELP: &str = "\
Exit codes:
  0  a profile was written
  2  usage, a missing credential, or an existing output file; nothing was sent
  3  nothing answers at the target, or the output cannot be written

Examples:
  OPERATOR_TOKEN=… conformance probe --target http://127.0.0.1:8080 \\
      --business-id 7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249
  conformance probe --target https://staging.example.com --output staging.toml \\
      --i-own staging.example.com --allow revokes \\
      --business-id 7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249
  OPERATOR_APIKEYAUTH=… conformance probe --target http://127.0.0.1:8080 \\
      --contract openapi.json --output local.toml";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The deployment's base URL, such as https://staging.example.com.
    #[arg(long, value_name = "URL")]
    target: String,
    /// Another contract than the published revoke operation: an OpenAPI document, in a file or on the target's own origin. The profile then has a place for the
    /// credential of each of its security schemes, and for the values of each operation that does not answer with success.
    #[arg(long, value_name = "FILE|URL")]
    contract: Option<Place>,
    /// The business of the operator, as `x-business-id` names it. Only a contract without the revoke operation needs none.
    #[arg(long, value_name = "UUID", required_unless_present = "contract")]
    business_id: Option<Uuid>,
    /// The environment variable that holds the token of the user who may revoke.
    #[arg(long, value_name = "NAME", default_value = "OPERATOR_TOKEN")]
    operator: String,
    /// The environment variable that holds the token of a member who may not revoke.
    #[arg(long, value_name = "NAME")]
    member: Option<String>,
    /// The environment variable that holds the token of a user of another business.
    #[arg(long, value_name = "NAME", requires = "outsider_business_id")]
    outsider: Option<String>,
    /// That other business.
    #[arg(long, value_name = "UUID", requires = "outsider")]
    outsider_business_id: Option<Uuid>,
    /// You may test HOST: needed for a target on another machine.
    #[arg(long, value_name = "HOST")]
    i_own: Vec<String>,
    /// How much to do. safe: find the operations; risks: send requests that it should refuse; revokes: mint a few tokens
    /// and revoke them, which shows all of its choices.
    #[arg(long, value_enum, default_value_t = Effect::Safe, value_name = "EFFECT", verbatim_doc_comment)]
    allow: Effect,
    /// The file to write the profile to; an existing file is not replaced. Without it, standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Probes a deployment and writes its profile.
pub(crate) fn probe(arguments: &Arguments) -> ExitCode {
    if let Some(path) = arguments.output.as_deref().filter(|path| path.exists()) {
        let problem = format!(
            "{}: already exists\n  Name another file with --output, or move this one.",
            path.display()
        );
        return refuse(ExitCode::Usage, &problem);
    }
    let contract = (arguments.contract.as_ref()).map(|_| opening(arguments).contract_alone());
    let contract = match contract.transpose() {
        Ok(contract) => contract,
        Err(problem) => return refuse(ExitCode::Usage, &problem),
    };
    let text = match (contract, arguments.business_id) {
        (Some(contract), _) if !contract.has_revoke() => probe_any(arguments, &contract),
        (_, Some(business_id)) => probe_revoke(arguments, business_id),
        (_, None) => Err(refuse(
            ExitCode::Usage,
            &"--business-id is missing, and the revoke operation of the contract acts in a business",
        )),
    };
    let text = match text {
        Ok(text) => text,
        Err(code) => return code,
    };
    let written = match &arguments.output {
        Some(path) => std::fs::write(path, &text)
            .map_err(|error| format!("{}: cannot be written: {error}", path.display())),
        None => anstream::stdout()
            .write_all(text.as_bytes())
            .map_err(|error| format!("standard output: {error}")),
    };
    match written {
        Ok(()) => ExitCode::Conformant,
        Err(problem) => refuse(ExitCode::Broken, &problem),
    }
}

/// Probes a deployment by another contract; returns its profile. A failure is printed, and the error is the code to exit with.
fn probe_any(arguments: &Arguments, contract: &Contract) -> Result<String, ExitCode> {
    let session = open(arguments, probe::any::draft(contract))?;
    (runtime()?.block_on(probe::any::probe(&session, arguments.allow)))
        .map_err(|problem| refuse(ExitCode::Broken, &problem))
}

/// Probes a deployment of the revoke operation; returns its profile. A failure is printed, and the error is the code to exit with.
fn probe_revoke(arguments: &Arguments, business_id: Uuid) -> Result<String, ExitCode> {
    let users = Users {
        operator: arguments.operator.clone(),
        business_id,
        member: arguments.member.clone(),
        outsider: arguments
            .outsider
            .clone()
            .zip(arguments.outsider_business_id),
    };
    let session = open(arguments, users.draft())?;
    let findings = runtime()?.block_on(probe::probe(&session, arguments.allow));
    let findings = findings.map_err(|problem| refuse(ExitCode::Broken, &problem))?;
    Ok(users.profile(&findings))
}

fn open(arguments: &Arguments, draft: String) -> Result<Arc<Session>, ExitCode> {
    let opened = opening(arguments).open_text(draft);
    opened.map_err(|problem| refuse(ExitCode::Usage, &problem))
}

fn opening(arguments: &Arguments) -> Opening<'_> {
    Opening {
        target: &arguments.target,
        profile: Path::new("the first profile"),
        contract: arguments.contract.as_ref(),
        own: &arguments.i_own,
        limits: Limits::default(),
    }
}
