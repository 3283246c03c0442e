//! Sets the one `cfg` that makes this copy of the engine what it is.

fn main() {
    println!("cargo::rustc-cfg=sabotage");
}
