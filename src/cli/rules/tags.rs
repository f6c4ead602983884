//! The tags of a configuration.

use bluegreen::config::{self, Config};

/// What a tag says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagKind {
    Variant,
    Cluster,
    Mirror,
    Bucket,
    FilterState,
}

/// A tag that is switched on.
pub struct Tag {
    pub kind: TagKind,
    /// As routes name it, in lower case.
    pub name: String,
    /// Its path below `tags`.
    pub key: &'static str,
    /// The member of `tags` that switches it.
    pub member: &'static str,
    /// Whether any deployment has something to write to it.
    pub is_written: bool,
}

/// The tags of a configuration.
pub fn tags(config: &Config) -> Vec<Tag> {
    let tags = &config.tags;
    let any = |has: fn(&config::Deployment) -> bool| config.deployments.iter().flatten().any(has);
    let has_clusters = any(|deployment| deployment.clusters.is_some());
    let own_mirror = any(|deployment| matches!(&deployment.mirror, Some(Some(_))));
    let is_mirrored = has_clusters && (own_mirror || config.defaults.mirror.is_some());
    let header = |kind, name: Option<&String>, key, is_written| {
        let name = name?.to_ascii_lowercase();
        Some(Tag { kind, name, key, member: key, is_written })
    };
    let bucket = tags.bucket_header.as_ref().map(|bucket| Tag {
        kind: TagKind::Bucket,
        name: bucket.name.to_ascii_lowercase(),
        key: "bucket_header.name",
        member: "bucket_header",
        is_written: true,
    });
    let state = tags.filter_state.as_ref().map(|name| Tag {
        kind: TagKind::FilterState,
        name: format!("wasm.{name}").to_ascii_lowercase(),
        key: "filter_state",
        member: "filter_state",
        is_written: true,
    });
    [
        header(TagKind::Variant, tags.variant_header.as_ref(), "variant_header", true),
        header(TagKind::Cluster, tags.cluster_header.as_ref(), "cluster_header", has_clusters),
        header(TagKind::Mirror, tags.mirror_header.as_ref(), "mirror_header", is_mirrored),
        bucket,
        state,
    ]
    .into_iter()
    .flatten()
    .collect()
}
