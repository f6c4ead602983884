// Command fetch does to a filter whose module is in an image what the agent beside an Istio proxy does, with its code and its
// defaults: it pulls the image, and prints, on the last line, the filter that it would give to Envoy.
//
//	fetch oci://127.0.0.1:5000/bluegreen:0.1.0 FAIL_RELOAD DIRECTORY
package main

import (
	"fmt"
	"os"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	filter "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/wasm/v3"
	vm "github.com/envoyproxy/go-control-plane/envoy/extensions/wasm/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"istio.io/istio/pkg/wasm"
)

func main() {
	url, policy, directory := os.Args[1], os.Args[2], os.Args[3]
	cache := wasm.NewLocalFileCache(directory, wasm.Options{
		PurgeInterval:         wasm.DefaultPurgeInterval,
		ModuleExpiry:          wasm.DefaultModuleExpiry,
		HTTPRequestTimeout:    wasm.DefaultHTTPRequestTimeout,
		HTTPRequestMaxRetries: wasm.DefaultHTTPRequestMaxRetries,
	})
	defer cache.Cleanup()
	converted, err := convert(fromIstiod(url, policy), cache)
	if err != nil {
		// Istio's packages take over the standard log.
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(converted)
}

// fromIstiod is what istiod sends for a TrafficExtension, as far as it matters here.
func fromIstiod(url, policy string) proto.Message {
	remote := &core.RemoteDataSource{
		HttpUri: &core.HttpUri{
			Uri:              url,
			Timeout:          durationpb.New(30 * time.Second),
			HttpUpstreamType: &core.HttpUri_Cluster{Cluster: "_"},
		},
		Sha256: "nil",
	}
	code := &core.AsyncDataSource{Specifier: &core.AsyncDataSource_Remote{Remote: remote}}
	return &filter.Wasm{Config: &vm.PluginConfig{
		Name:          "istio-system.bluegreen",
		FailurePolicy: vm.FailurePolicy(vm.FailurePolicy_value[policy]),
		Vm:            &vm.PluginConfig_VmConfig{VmConfig: &vm.VmConfig{Runtime: "envoy.wasm.runtime.v8", Code: code}},
	}}
}

func convert(filter proto.Message, cache wasm.Cache) (string, error) {
	typed, err := anypb.New(filter)
	if err != nil {
		return "", err
	}
	resource, err := anypb.New(&core.TypedExtensionConfig{Name: "istio-system.bluegreen", TypedConfig: typed})
	if err != nil {
		return "", err
	}
	resources := []*anypb.Any{resource}
	if err := wasm.MaybeConvertWasmExtensionConfig(resources, cache); err != nil {
		return "", err
	}
	converted := &core.TypedExtensionConfig{}
	if err := resources[0].UnmarshalTo(converted); err != nil {
		return "", err
	}
	text, err := protojson.Marshal(converted.TypedConfig)
	return string(text), err
}
