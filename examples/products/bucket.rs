//! Makes a bucket, puts an object into it where there is none yet, reads it, has versions kept, and deletes all again.
//!
//! `cargo run --example bucket`: on an emulator in this process; with `-- scaleway`, on your account, with the access key
//! beside the secret key (`SCW_ACCESS_KEY`, or the profile's).

use std::error::Error;

use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use scaleway_object_storage::{BucketName, CreateBucket, ObjectStorage, VersioningStatus};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let scaleway = evalap_examples::scaleway()?; // in your program: scaleway_core::Client::from_env()?
    let storage = ObjectStorage::new(&scaleway)?;

    // Buckets share their names with everyone.
    let bucket: BucketName = format!("newcomer-{:016x}", scaleway.random().below(u64::MAX)).parse()?;
    storage.create_bucket(CreateBucket::new(&bucket)).await?;

    // An `object_store` as any other, over the client's own connections.
    let objects = storage.objects(&bucket)?;
    let greeting = object_store::path::Path::from("greeting.txt");
    let hello = || PutPayload::from_static(b"hello");
    objects.put_opts(&greeting, hello(), PutMode::Create.into()).await?;
    let second = objects.put_opts(&greeting, hello(), PutMode::Create.into()).await;
    println!("a second one is refused: {}", second.is_err());
    println!("{bucket}/{greeting}: {:?}", objects.get(&greeting).await?.bytes().await?);
    objects.delete(&greeting).await?;

    // From now on, what is overwritten or deleted is kept.
    storage.put_bucket_versioning(&bucket, VersioningStatus::Enabled).await?;
    println!("versions are kept: {}", storage.get_bucket_versioning(&bucket).await?.is_enabled());

    storage.delete_bucket(&bucket).await?;
    Ok(())
}
