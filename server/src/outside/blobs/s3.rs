//! Blobs in a bucket of S3. Region and credentials that are not configured come the way that every AWS program takes them:
//! environment variables, the shared files, or the machine's own role.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::BehaviorVersion;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Credentials, Region};
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;

use super::{BlobError, Blobs, checked};
use crate::config::BlobsConfig;

/// One attempt, and all attempts of one operation together.
const ATTEMPT: Duration = Duration::from_secs(30);
const OPERATION: Duration = Duration::from_mins(2);

/// A bucket.
#[derive(Debug, Clone)]
pub struct S3Blobs {
    client: Client,
    bucket: String,
    /// Before every name; empty, or ends in `/`.
    prefix: String,
}

impl S3Blobs {
    /// Asks nobody yet: a bucket that is not there is noticed when it is used.
    pub async fn new(config: &BlobsConfig, bucket: String, prefix: String) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(OPERATION)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
        if !config.region.is_empty() {
            loader = loader.region(Region::new(config.region.clone()));
        }
        if !config.access_key_id.is_empty() {
            let (id, secret) = (&config.access_key_id, &config.secret_access_key);
            loader = loader.credentials_provider(Credentials::new(id, secret, None, None, "vitalwire"));
        }
        let loaded = loader.load().await;
        let s3 = aws_sdk_s3::config::Builder::from(&loaded).force_path_style(config.path_style);
        let s3 = if config.endpoint.is_empty() {
            s3
        } else {
            s3.endpoint_url(&config.endpoint)
        };
        Self {
            client: Client::from_conf(s3.build()),
            bucket,
            prefix,
        }
    }

    fn key(&self, name: &str) -> Result<String, BlobError> {
        Ok(format!("{}{}", self.prefix, checked(name)?))
    }

    fn failed(&self, error: impl std::error::Error) -> BlobError {
        BlobError::Bucket {
            bucket: self.bucket.clone(),
            why: DisplayErrorContext(error).to_string(),
        }
    }
}

#[async_trait]
impl Blobs for S3Blobs {
    async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), BlobError> {
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(self.key(name)?)
            .body(ByteStream::from(bytes));
        put.send().await.map(drop).map_err(|error| self.failed(error))
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, BlobError> {
        let got = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(self.key(name)?)
            .send()
            .await;
        let object = match got {
            Ok(object) => object,
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetObjectError::is_no_such_key) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(self.failed(error)),
        };
        let bytes = object.body.collect().await.map_err(|error| self.failed(error))?;
        Ok(Some(bytes.to_vec()))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, BlobError> {
        let mut names = Vec::new();
        let mut pages = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(format!("{}{prefix}", self.prefix))
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failed(error))?;
            let keys = page.contents().iter().filter_map(|object| object.key());
            names.extend(
                keys.filter_map(|key| key.strip_prefix(&self.prefix))
                    .map(str::to_owned),
            );
        }
        Ok(names)
    }

    async fn delete(&self, name: &str) -> Result<(), BlobError> {
        let delete = self
            .client
            .delete_object()
            .bucket(&self.bucket)
            .key(self.key(name)?);
        delete.send().await.map(drop).map_err(|error| self.failed(error))
    }
}
