//! A small file system, to be filled or made read-only.

use std::path::Path;
use std::process::Command;

/// A small file system. It is unmounted when this is dropped.
pub(crate) struct Mount<'a>(&'a Path);

impl<'a> Mount<'a> {
    /// Mounts it. Reports a skipped test and returns `None` if this process may not mount.
    pub(crate) fn of(at: &'a Path, size: &str) -> Option<Self> {
        let mounted = Command::new("mount")
            .args([
                "-t",
                "tmpfs",
                "-o",
                &format!("size={size},mode=0700"),
                "tmpfs",
            ])
            .arg(at)
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            // Installing a package would not help, so the test is not required.
            testbed::print_skipped(&"a small file system cannot be mounted here, which needs root");
        }
        mounted.then_some(Self(at))
    }

    /// Changes its size.
    pub(crate) fn resize(&self, size: &str) {
        self.remount(&format!("size={size}"));
    }

    /// Changes its options, such as `ro`.
    pub(crate) fn remount(&self, options: &str) {
        let remounted = Command::new("mount")
            .args(["-o", &format!("remount,{options}")])
            .arg(self.0)
            .status();
        assert!(remounted.expect("mount runs").success());
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}
