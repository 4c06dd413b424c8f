package protocol_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"moim/signaling/protocol"
)

const (
	asyncAPI = "../../docs/asyncapi.yaml"
	apiURL   = "urn:moim:asyncapi"
	maxText  = 4000 // characters of a chat text; package chat holds it
)

func TestAsyncAPIMatchesCode(t *testing.T) {
	api := loadAPI(t)
	client, server := api.operation(t, "fromClient", "receive"), api.operation(t, "toClient", "send")
	equalSets(t, "client types", trimAll(client, "client-"), typeNames(protocol.ClientTypes()))
	equalSets(t, "server types", trimAll(server, "server-"), typeNames(protocol.ServerTypes()))
	equalSets(t, "server structs", slices.Collect(maps.Keys(serverFrames)), typeNames(protocol.ServerTypes()))

	messages := slices.Collect(maps.Keys(api.at("components", "messages").(map[string]any)))
	equalSets(t, "messages of the operations", slices.Concat(client, server), messages)
	channel := slices.Collect(maps.Keys(api.at("channels", "room", "messages").(map[string]any)))
	equalSets(t, "messages of the channel", channel, messages)
	for _, message := range messages {
		_, frameType, _ := strings.Cut(message, "-")
		if name := api.at("components", "messages", message, "name"); name != frameType {
			t.Errorf("%s has the name %v", message, name)
		}
		if got := api.at("components", "messages", message, "payload", "properties", "type", "const"); got != frameType {
			t.Errorf("%s has the type %v", message, got)
		}
	}

	var golden []string
	for _, g := range loadGolden(t) {
		golden = append(golden, g.message())
	}
	equalSets(t, "messages with golden frames", golden, messages)

	equalSets(t, "error codes", stringsOf(api.at("components", "schemas", "ErrorCode", "enum")), codeNames())
}

func TestAsyncAPIBounds(t *testing.T) {
	api := loadAPI(t)
	const maxInteger = 1<<53 - 1 // exact in every JSON implementation
	for path, want := range map[string]int{
		"schemas/ChatText/maxLength":                                        maxText,
		"schemas/ChatKey/maxLength":                                         protocol.MaxKey,
		"schemas/DisplayName/maxLength":                                     protocol.MaxName,
		"schemas/Room/properties/name/maxLength":                            protocol.MaxRoomName,
		"schemas/Room/properties/topic/maxLength":                           protocol.MaxTopic,
		"schemas/RequestID/maximum":                                         maxInteger,
		"schemas/Count/maximum":                                             maxInteger,
		"schemas/MessageNumber/maximum":                                     maxInteger,
		"schemas/ChangeNumber/maximum":                                      maxInteger,
		"schemas/NewestChange/maximum":                                      maxInteger,
		"schemas/Limit/default":                                             protocol.HistoryDefault,
		"messages/client-chat-search/payload/properties/query/maxLength":    protocol.MaxQuery,
		"messages/server-chat-search/payload/properties/messages/maxItems":  protocol.HistoryMax,
		"messages/server-chat-history/payload/properties/messages/maxItems": protocol.HistoryMax,
	} {
		if got := fmt.Sprint(api.at(append([]string{"components"}, strings.Split(path, "/")...)...)); got != fmt.Sprint(want) {
			t.Errorf("%s is %s, want %d", path, got, want)
		}
	}
}

// api is asyncapi.yaml as a tree of JSON values, with its schemas.
type api struct {
	tree     map[string]any
	compiler *jsonschema.Compiler
}

func loadAPI(t *testing.T) api {
	t.Helper()
	text, err := os.ReadFile(asyncAPI)
	if err != nil {
		t.Fatal(err)
	}
	var document any
	if err := yaml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft7) // what AsyncAPI 3.0 builds on
	compiler.AssertFormat()
	if err := compiler.AddResource(apiURL, tree); err != nil {
		t.Fatal(err)
	}
	return api{tree.(map[string]any), compiler}
}

func (a api) schema(t *testing.T, message string) *jsonschema.Schema {
	t.Helper()
	schema, err := a.compiler.Compile(apiURL + "#/components/messages/" + message + "/payload")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// at is the value at a path, nil where there is none.
func (a api) at(path ...string) any {
	var value any = a.tree
	for _, name := range path {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

func (a api) payload(message string) map[string]any {
	return a.at("components", "messages", message, "payload").(map[string]any)
}

// resolve follows a reference within the document.
func (a api) resolve(schema map[string]any) map[string]any {
	reference, _ := schema["$ref"].(string)
	if reference == "" {
		return schema
	}
	path := strings.Split(strings.TrimPrefix(reference, "#/"), "/")
	return a.at(path...).(map[string]any)
}

// fields tells of each property of an object's schema whether it is required.
func (a api) fields(schema map[string]any) map[string]bool {
	fields := make(map[string]bool)
	for field := range schema["properties"].(map[string]any) {
		fields[field] = slices.Contains(stringsOf(schema["required"]), field)
	}
	return fields
}

// eachRequired visits every required field of value, at every depth.
func (a api) eachRequired(schema map[string]any, value any, visit func(object map[string]any, field string)) {
	schema = a.resolve(schema)
	switch value := value.(type) {
	case map[string]any:
		for _, field := range stringsOf(schema["required"]) {
			visit(value, field)
		}
		properties, _ := schema["properties"].(map[string]any)
		for field, inner := range properties {
			if v, has := value[field]; has {
				a.eachRequired(inner.(map[string]any), v, visit)
			}
		}
	case []any:
		items, _ := schema["items"].(map[string]any)
		for _, v := range value {
			a.eachRequired(items, v, visit)
		}
	}
}

// operation lists the messages of an operation.
func (a api) operation(t *testing.T, name, action string) []string {
	t.Helper()
	if got := a.at("operations", name, "action"); got != action {
		t.Errorf("operation %s has the action %v, want %s", name, got, action)
	}
	var messages []string
	for _, reference := range a.at("operations", name, "messages").([]any) {
		message, found := strings.CutPrefix(reference.(map[string]any)["$ref"].(string), "#/channels/room/messages/")
		if !found {
			t.Errorf("operation %s refers to %v", name, reference)
		}
		messages = append(messages, message)
	}
	return messages
}

func stringsOf(list any) []string {
	values, _ := list.([]any)
	names := make([]string, 0, len(values))
	for _, value := range values {
		names = append(names, value.(string))
	}
	return names
}

func trimAll(names []string, prefix string) []string {
	trimmed := make([]string, 0, len(names))
	for _, name := range names {
		trimmed = append(trimmed, strings.TrimPrefix(name, prefix))
	}
	return trimmed
}
