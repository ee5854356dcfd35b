//! Makes `hello-v2.webc` of `hello-v3.webc`, in a crate of its own with `webc = "=12.0.1"`, the library of the `wasmer` command 7.4.2:
//! `cargo run -- hello-v3.webc hello-v2.webc`

fn main() {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let newer = std::fs::read(&paths[0]).unwrap();
    let older = webc::migration::v3_to_v2(newer).unwrap();
    std::fs::write(&paths[1], older.as_slice()).unwrap();
}
