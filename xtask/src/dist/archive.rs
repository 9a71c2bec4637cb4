//! Archives with a program and all that belongs to it. The same content gives the same bytes: times are constant, and the files
//! are in the order in which they are given.

use std::io::{self, Cursor, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use openapi::cli::Failure;
use zip::write::SimpleFileOptions;

use super::entry::{self, Entry};
use super::product::Product;
use crate::cli::Installed;
use crate::programs;

/// The time of all files: the beginning of 1980, which is the earliest that zip can express.
const TIME: u64 = 315_532_800;

/// Writes the archive of a program: a tar file, or a zip file for Windows.
pub(super) fn write(product: &Product, out: &Path) -> Result<(), Failure> {
    let root = programs::workspace_root();
    let mut entries = vec![Entry::program(product.executable(), &product.binary)?];
    entries.extend(product.documents()?);
    entries.push(Entry::file("CHANGELOG.md", &root.join("CHANGELOG.md"))?);
    if product.program == Installed::Server {
        let unit = "dz-tokens.service";
        entries.push(Entry::file(unit, &root.join("server/deploy").join(unit))?);
    }
    entries.extend(product.share.iter().cloned());
    let folder = product.archive_name();
    let entries: Vec<Entry> = entries.iter().map(|one| one.below(&folder)).collect();
    if product.platform.is_windows() {
        let content = zipped(&entries).map_err(|error| failed(&error))?;
        entry::write(&out.join(format!("{folder}.zip")), &content)
    } else {
        write_tar(&out.join(format!("{folder}.tar.gz")), &entries)
    }
}

/// Writes a compressed tar file.
pub(super) fn write_tar(file: &Path, entries: &[Entry]) -> Result<(), Failure> {
    let content = tarred(entries).map_err(|error| failed(&error))?;
    entry::write(file, &content)
}

fn tarred(entries: &[Entry]) -> io::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    for one in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(one.content.len() as u64);
        header.set_mode(one.mode());
        header.set_mtime(TIME);
        tar.append_data(&mut header, &one.path, one.content.as_slice())?;
    }
    tar.into_inner()?.finish()
}

fn zipped(entries: &[Entry]) -> io::Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for one in entries {
        let options = SimpleFileOptions::default().unix_permissions(one.mode());
        zip.start_file(one.path.as_str(), options)?;
        zip.write_all(&one.content)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn failed(error: &io::Error) -> Failure {
    Failure::unreadable(format!("cannot make an archive: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::{Entry, zipped};

    #[test]
    fn zip_files_have_the_files_with_their_content() {
        let text = "a line\n".repeat(1000);
        let entries = [Entry::text("folder/a.txt", text.clone())];
        let bytes = zipped(&entries).expect("it is written to memory");
        assert!(bytes.len() < text.len(), "{} bytes", bytes.len());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip file");
        let mut file = archive.by_name("folder/a.txt").expect("the file");
        let mut read = String::new();
        file.read_to_string(&mut read).expect("UTF-8");
        assert_eq!(read, text);
    }
}
