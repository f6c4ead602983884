// Command translate turns Gateway API's and Envoy Gateway's resources (YAML, from stdin) into what Envoy Gateway would send
// to Envoy (JSON, to stdout), by its own code: its checks of resources, its fetcher of Wasm images, its translation.
// It is `egctl experimental translate` with a cache for Wasm, without which that command refuses them.
//
//	translate DIRECTORY-OF-THE-CACHE < resources.yaml
//
// It fails if Envoy Gateway does not accept a resource.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"

	resourcev3 "github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"google.golang.org/protobuf/encoding/protojson"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gwapiv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"

	egv1a1 "github.com/envoyproxy/gateway/api/v1alpha1"
	"github.com/envoyproxy/gateway/internal/gatewayapi"
	"github.com/envoyproxy/gateway/internal/gatewayapi/resource"
	"github.com/envoyproxy/gateway/internal/ir"
	"github.com/envoyproxy/gateway/internal/logging"
	"github.com/envoyproxy/gateway/internal/wasm"
	"github.com/envoyproxy/gateway/internal/xds/translator"
)

// namespace is that of the controller.
const namespace = "envoy-gateway-system"

// kinds names what is written for each gateway, by Envoy's names of them.
var kinds = map[string]resourcev3.Type{
	"listeners": resourcev3.ListenerType,
	"routes":    resourcev3.RouteType,
	"clusters":  resourcev3.ClusterType,
	"endpoints": resourcev3.EndpointType,
}

func main() {
	log.SetFlags(0)
	translated, err := translate(context.Background(), os.Stdin, os.Args[1])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(translated)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// translate returns resources by the gateway they are for and by kind.
func translate(ctx context.Context, input io.Reader, cache string) (map[string]map[string][]json.RawMessage, error) {
	text, err := io.ReadAll(input)
	if err != nil {
		return nil, err
	}
	resources, err := resource.LoadResourcesFromYAMLBytes(text, false, nil)
	if err != nil {
		return nil, err
	}
	if err := annotate(resources.HTTPRoutes, text); err != nil {
		return nil, err
	}
	// What the controller finds in its namespace: with it Envoy identifies itself when it gets the module.
	resources.Secrets = append(resources.Secrets, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "envoy"},
		Data:       map[string][]byte{"tls.crt": {}, "tls.key": {}, "ca.crt": {}},
	})
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	logger := logging.DefaultLogger(os.Stderr, egv1a1.LogLevelInfo)
	fromGatewayAPI := &gatewayapi.Translator{
		GatewayControllerName:   string(resources.GatewayClass.Spec.ControllerName),
		GatewayClassName:        gwapiv1.ObjectName(resources.GatewayClass.Name),
		ControllerNamespace:     namespace,
		EndpointRoutingDisabled: true,
		EnvoyPatchPolicyEnabled: true,
		WasmCache:               wasm.NewHTTPServerWithFileCache(wasm.ServerOptions{}, wasm.CacheOptions{CacheDir: cache}, namespace, logger),
		Logger:                  logger,
	}
	result, err := fromGatewayAPI.Translate(ctx, resources)
	if err != nil {
		return nil, err
	}
	for _, policy := range result.EnvoyExtensionPolicies {
		if err := accepted(policy, policy.Status.Ancestors); err != nil {
			return nil, err
		}
	}
	for _, policy := range result.ClientTrafficPolicies {
		if err := accepted(policy, policy.Status.Ancestors); err != nil {
			return nil, err
		}
	}
	for _, route := range result.HTTPRoutes {
		for _, parent := range route.Status.Parents {
			if err := hold(route, parent.Conditions); err != nil {
				return nil, err
			}
		}
	}
	translated := map[string]map[string][]json.RawMessage{}
	for gateway, xds := range result.XdsIR {
		if translated[gateway], err = toEnvoy(ctx, xds, logger); err != nil {
			return nil, fmt.Errorf("%s: %w", gateway, err)
		}
	}
	return translated, nil
}

// annotate gives routes the annotations that they have in the text: the loader drops them.
func annotate(routes []*gwapiv1.HTTPRoute, text []byte) error {
	return resource.IterYAMLBytes(text, func(document []byte) error {
		var object metav1.PartialObjectMetadata
		if err := yaml.Unmarshal(document, &object); err != nil {
			return err
		}
		for _, route := range routes {
			if object.Kind == resource.KindHTTPRoute && object.Namespace == route.Namespace && object.Name == route.Name {
				route.Annotations = object.Annotations
			}
		}
		return nil
	})
}

// toEnvoy returns the resources for one gateway, by kind.
func toEnvoy(ctx context.Context, xds *ir.Xds, logger logging.Logger) (map[string][]json.RawMessage, error) {
	table, err := (&translator.Translator{ControllerNamespace: namespace, Logger: logger}).Translate(ctx, xds)
	if err != nil {
		return nil, err
	}
	for _, patch := range table.EnvoyPatchPolicyStatuses {
		if err := accepted(patch, patch.Status.Ancestors); err != nil {
			return nil, err
		}
	}
	written := map[string][]json.RawMessage{}
	for kind, name := range kinds {
		for _, resource := range table.XdsResources[name] {
			text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(resource)
			if err != nil {
				return nil, err
			}
			written[kind] = append(written[kind], text)
		}
	}
	return written, nil
}

// accepted returns an error if a policy has no effect on one of the gateways that it is for, or on none.
func accepted(policy any, gateways []gwapiv1.PolicyAncestorStatus) error {
	if len(gateways) == 0 {
		return fmt.Errorf("%T is for no gateway", policy)
	}
	for _, gateway := range gateways {
		if err := hold(policy, gateway.Conditions); err != nil {
			return err
		}
	}
	return nil
}

// hold returns an error if one of the conditions does not hold.
func hold(resource any, conditions []metav1.Condition) error {
	for _, condition := range conditions {
		if condition.Status == metav1.ConditionFalse {
			return fmt.Errorf("%T: not %s: %s: %s", resource, condition.Type, condition.Reason, condition.Message)
		}
	}
	return nil
}
