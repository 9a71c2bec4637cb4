//! What stands in for GitHub: a server on loopback with comments and the files of a folder.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use testbed::cargo::workspace_root;
use testbed::reaper::{self, How};

/// The running server. It is killed when this is dropped.
pub(super) struct GitHub {
    process: Child,
    pub(super) url: String,
}

impl GitHub {
    /// Serves a folder.
    pub(super) fn start(folder: &Path) -> Self {
        let script = workspace_root().join("xtask/tests/it/actions/github.py");
        let mut process = Command::new("python3")
            .arg(script)
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python runs");
        reaper::end(&process, How::Kill);
        let mut port = String::new();
        let out = process.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut port).expect("a port");
        let url = format!("http://127.0.0.1:{}", port.trim());
        Self { process, url }
    }
}

impl Drop for GitHub {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
