//! What a kernel module is compiled from and with, and the hash of it that heads its prebuilt PTX.
//! Shared by `build.rs`, which checks the hashes, and `cargo xtask ptx`, which writes them.
use std::collections::BTreeMap;
use std::path::Path;

/// The NVRTC that makes the prebuilt PTX. Part of the hash.
pub const NVRTC: (i32, i32) = (12, 0);
/// Counts the changes of how it is called. Part of the hash.
const RECIPE: u32 = 2;

/// One `kernels/SOURCE.cu`, compiled for one compute capability.
pub struct Module {
    /// That of the source; compiled for a later capability than the source's first, with `_smNN` behind.
    pub name: String,
    pub source: String,
    /// The files of kernels/include that it includes, directly or through others, in the order of their names.
    pub includes: Vec<String>,
    /// The options of NVRTC. They come from the first line of the file,
    /// `// arch: 75   what it is`: the compute capability, as 75 or 90a, and `--fmad=false` where it says `fmad: off`.
    /// `// arch: 75 80` makes two modules of it: devices from 8.0 on take the second.
    pub options: Vec<String>,
    /// Over the name and text of the file and of all that it includes, the options and NVRTC's version.
    pub hash: u64,
}

/// Every `kernels/*.cu`, in the order of their names, for each capability that it names.
pub fn modules(kernels: &Path) -> Result<Vec<Module>, String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(kernels).map_err(|e| format!("{}: {e}", kernels.display()))? {
        let name = entry.map_err(|e| format!("{}: {e}", kernels.display()))?.file_name();
        names.extend(name.to_str().and_then(|name| name.strip_suffix(".cu")).map(str::to_string));
    }
    names.sort();
    let mut all = Vec::new();
    for name in names {
        let path = kernels.join(format!("{name}.cu"));
        let text = read(&path)?;
        let first = text.lines().next().unwrap_or("");
        let words = first.strip_prefix("// arch:").unwrap_or("").split_whitespace();
        let arches: Vec<&str> = words.take_while(|word| word.starts_with(|c: char| c.is_ascii_digit())).collect();
        if !matches!(arches[..], [_] | [_, "80"]) {
            return Err(format!("{}: the first line is not `// arch: NN …` or `// arch: NN 80 …`", path.display()));
        }
        for (i, arch) in arches.iter().enumerate() {
            let of = if i == 0 { name.clone() } else { format!("{name}_sm{arch}") };
            all.push(module(kernels, of, name.clone(), &text, arch)?);
        }
    }
    Ok(all)
}

fn module(kernels: &Path, name: String, source: String, text: &str, arch: &str) -> Result<Module, String> {
    let first = text.lines().next().unwrap_or("");
    let mut options = vec![format!("--gpu-architecture=compute_{arch}"), "-std=c++17".to_string()];
    if first.contains("fmad: off") {
        options.push("--fmad=false".to_string());
    }

    let mut included = BTreeMap::new();
    includes(&kernels.join("include"), text, &mut included)?;
    let mut hash = Fnv::new();
    hash.text(&format!("{}.{} {RECIPE}", NVRTC.0, NVRTC.1));
    for option in &options {
        hash.text(option);
    }
    hash.text(&source);
    hash.text(text);
    for (file, text) in &included {
        hash.text(file);
        hash.text(text);
    }
    Ok(Module { name, source, includes: included.into_keys().collect(), options, hash: hash.0 })
}

/// Adds every file of `folder` that `text` includes, directly or through others. `#if` is not looked at.
fn includes(folder: &Path, text: &str, found: &mut BTreeMap<String, String>) -> Result<(), String> {
    for line in text.lines() {
        let Some(rest) = line.trim_start().strip_prefix('#') else { continue };
        let Some(rest) = rest.trim_start().strip_prefix("include") else { continue };
        let Some((file, _)) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"')) else {
            continue;
        };
        let path = folder.join(file);
        // What is elsewhere is for other compilers: cuda_on_host.h.
        if !found.contains_key(file) && path.is_file() {
            let text = read(&path)?;
            found.insert(file.to_string(), text.clone());
            includes(folder, &text, found)?;
        }
    }
    Ok(())
}

impl Module {
    /// The first line of its prebuilt PTX.
    pub fn head(&self) -> String {
        format!("// sources {:016x}, by cargo xtask ptx with NVRTC {}.{}\n", self.hash, NVRTC.0, NVRTC.1)
    }
}

/// FNV-1a, 64 bits: the same on every machine.
pub struct Fnv(pub u64);

impl Fnv {
    pub fn new() -> Fnv {
        Fnv(0xcbf29ce484222325)
    }

    /// The bytes, and their number, so that neighbours do not run into each other.
    pub fn text(&mut self, text: &str) {
        for byte in text.bytes().chain(text.len().to_le_bytes()) {
            self.0 = (self.0 ^ byte as u64).wrapping_mul(0x100000001b3);
        }
    }
}

/// With the line ends that .gitattributes asks for, whatever the checkout has.
fn read(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(text.replace("\r\n", "\n"))
}
