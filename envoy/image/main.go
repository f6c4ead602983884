// Command image writes an OCI image that holds the filter, as Istio and Envoy Gateway pull it: an OCI layout, ready for
// `crane push`. The same inputs make the same bytes.
package main

import (
	"archive/tar"
	"bytes"
	"flag"
	"io"
	"log"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Under this name proxies look for the module, in the last layer.
const module = "plugin.wasm"

func main() {
	log.SetFlags(0)
	wasm := flag.String("wasm", "", "the filter")
	licence := flag.String("licence", "", "the text of its licence")
	out := flag.String("out", "", "directory of the OCI layout; an old one is replaced")
	labels := map[string]string{"org.opencontainers.image.title": "bluegreen"}
	for name, meaning := range map[string]string{
		"description": "what it is",
		"licenses":    "SPDX expression",
		"source":      "URL of the source",
		"version":     "version of the filter",
	} {
		flag.Func(name, "label: "+meaning, func(value string) error {
			labels["org.opencontainers.image."+name] = value
			return nil
		})
	}
	flag.Parse()
	image, err := pack(labels, []file{{"LICENSE", *licence}, {module, *wasm}})
	if err == nil {
		err = write(image, *out)
	}
	if err != nil {
		log.Fatal(err)
	}
	digest, _ := image.Digest()
	log.Printf("%s: %s", *out, digest)
}

// A file of the image, and where its content is.
type file struct{ name, path string }

// pack returns an image of one layer with these files, which bears the labels twice: as labels, and as
// annotations of its manifest.
func pack(labels map[string]string, files []file) (v1.Image, error) {
	archive, err := archived(files)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(
		func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(archive)), nil },
		tarball.WithMediaType(types.OCILayer),
	)
	if err != nil {
		return nil, err
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err := mutate.AppendLayers(base, layer)
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "wasip1", "wasm"
	config.Config.Labels = labels
	if image, err = mutate.ConfigFile(image, config); err != nil {
		return nil, err
	}
	return mutate.Annotations(image, labels).(v1.Image), nil
}

// archived returns a tar archive that tells neither times nor users.
func archived(files []file) ([]byte, error) {
	var archive bytes.Buffer
	writer := tar.NewWriter(&archive)
	for _, file := range files {
		content, err := os.ReadFile(file.path)
		if err != nil {
			return nil, err
		}
		if err := writer.WriteHeader(&tar.Header{Name: file.name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			return nil, err
		}
		if _, err := writer.Write(content); err != nil {
			return nil, err
		}
	}
	err := writer.Close()
	return archive.Bytes(), err
}

// write replaces the directory by an OCI layout that holds the image alone.
func write(image v1.Image, directory string) error {
	if err := os.RemoveAll(directory); err != nil {
		return err
	}
	path, err := layout.Write(directory, empty.Index)
	if err != nil {
		return err
	}
	return path.AppendImage(image)
}
