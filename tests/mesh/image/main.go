// Command fetch pulls a Wasm image as the agent beside an Istio proxy does, with its code and its defaults, and prints, on
// the last line, the path of the module that it would give to Envoy.
//
//	fetch oci://127.0.0.1:5000/bluegreen:0.1.0 DIRECTORY
package main

import (
	"fmt"
	"os"
	"time"

	"istio.io/istio/pkg/wasm"
)

func main() {
	url, directory := os.Args[1], os.Args[2]
	cache := wasm.NewLocalFileCache(directory, wasm.Options{
		PurgeInterval:         wasm.DefaultPurgeInterval,
		ModuleExpiry:          wasm.DefaultModuleExpiry,
		HTTPRequestTimeout:    wasm.DefaultHTTPRequestTimeout,
		HTTPRequestMaxRetries: wasm.DefaultHTTPRequestMaxRetries,
	})
	defer cache.Cleanup()
	path, err := cache.Get(url, wasm.GetOptions{ResourceName: "istio-system.bluegreen", RequestTimeout: 10 * time.Second})
	if err != nil {
		// Istio's packages take over the standard log.
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(path)
}
