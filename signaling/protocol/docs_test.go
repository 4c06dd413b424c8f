package protocol_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"moim/signaling/protocol"
)

const protocolText = "../../docs/protocol.md"

func TestProtocolTextTypes(t *testing.T) {
	api, text := loadAPI(t), loadText(t)
	for _, direction := range []struct {
		heading, prefix string
		spoken          []protocol.Type
	}{
		{"Client to server", "client-", protocol.ClientTypes()},
		{"Server to client", "server-", protocol.ServerTypes()},
	} {
		var all []string
		for _, row := range text.table(t, direction.heading) {
			name := strings.Trim(row[0], "`")
			all = append(all, name)
			fields := fieldsOf(row[1])
			maps.DeleteFunc(fields, func(field string, _ bool) bool { return field == "type" })
			want := api.fields(api.payload(direction.prefix + name))
			delete(want, "type")
			delete(want, "id") // any request may carry it
			if !maps.Equal(fields, want) {
				t.Errorf("%s%s: fields (required or not) are %v, the schema has %v", direction.prefix, name, fields, want)
			}
		}
		equalSets(t, direction.heading, typeNames(direction.spoken), all)
	}
}

func TestProtocolTextObjects(t *testing.T) {
	api, text := loadAPI(t), loadText(t)
	schemas := map[string]string{"peer": "Peer", "room": "Room", "message": "ChatMessage"}
	rows := text.tables(t, "Server to client")[1]
	if len(rows) != len(schemas) {
		t.Fatalf("%d objects, want %d", len(rows), len(schemas))
	}
	for _, row := range rows {
		name := strings.Trim(row[0], "`")
		fields := fieldsOf(row[1])
		want := api.fields(api.at("components", "schemas", schemas[name]).(map[string]any))
		if !maps.Equal(fields, want) {
			t.Errorf("%s: fields (required or not) are %v, the schema has %v", name, fields, want)
		}
	}
}

func TestProtocolTextCodes(t *testing.T) {
	text := loadText(t)
	equalSets(t, "error codes", text.firstColumn(t, "Error codes"), codeNames())
	var closeCodes []string
	for _, code := range protocol.CloseCodes() {
		closeCodes = append(closeCodes, fmt.Sprint(uint16(code)))
	}
	equalSets(t, "close codes", text.firstColumn(t, "Close codes"), closeCodes)
}

func TestProtocolTextBounds(t *testing.T) {
	want := map[string]int{
		"bytes of a frame to the server":        protocol.MaxFrame,
		"bytes of a frame from the server":      protocol.MaxServerFrame,
		"bytes of the JSON in `data`":           protocol.MaxData,
		"levels of nesting":                     protocol.MaxDepth,
		"characters of a chat text":             maxText,
		"characters of a display name":          protocol.MaxName,
		"characters of a room name":             protocol.MaxRoomName,
		"characters of a topic":                 protocol.MaxTopic,
		"characters of a password":              protocol.MaxPassword,
		"bytes of a chat key":                   protocol.MaxKey,
		"characters of a `query`":               protocol.MaxQuery,
		"messages of an answer without `limit`": protocol.HistoryDefault,
		"messages of an answer at most":         protocol.HistoryMax,
		"faults that close":                     protocol.MaxFaults,
		"seconds within which they do":          protocol.FaultWindowSeconds,
	}
	rows := loadText(t).table(t, "Frames")
	if len(rows) != len(want) {
		t.Errorf("%d bounds, want %d", len(rows), len(want))
	}
	for _, row := range rows {
		if bound, known := want[row[0]]; !known || row[1] != fmt.Sprint(bound) {
			t.Errorf("%s: %s, want %d", row[0], row[1], bound)
		}
	}
}

// TestProtocolTextExample holds the example session to the schemas.
func TestProtocolTextExample(t *testing.T) {
	api := loadAPI(t)
	lines := regexp.MustCompile(`(?m)^([CS]) (\{.*\})$`).FindAllStringSubmatch(string(loadText(t)), -1)
	if len(lines) == 0 {
		t.Fatal("no example frames")
	}
	for _, line := range lines {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(line[2]))
		if err != nil {
			t.Fatalf("%s: %v", line[2], err)
		}
		prefix := map[string]string{"C": "client-", "S": "server-"}[line[1]]
		message := prefix + value.(map[string]any)["type"].(string)
		if err := api.schema(t, message).Validate(value); err != nil {
			t.Errorf("%s: %v", line[0], err)
		}
	}
}

// text is docs/protocol.md.
type text string

func loadText(t *testing.T) text {
	t.Helper()
	b, err := os.ReadFile(protocolText)
	if err != nil {
		t.Fatal(err)
	}
	return text(b)
}

// tables are the rows of the tables below a heading, without their heads.
func (x text) tables(t *testing.T, heading string) [][][]string {
	t.Helper()
	_, section, found := strings.Cut(string(x), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("no section %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var tables [][][]string
	var rows [][]string
	for line := range strings.SplitSeq(section+"\n", "\n") {
		if cells, isRow := strings.CutPrefix(line, "| "); isRow {
			row := strings.Split(strings.TrimSuffix(cells, "|"), "|")
			for i := range row {
				row[i] = strings.TrimSpace(row[i])
			}
			rows = append(rows, row)
		} else if rows != nil {
			tables = append(tables, rows[2:])
			rows = nil
		}
	}
	if tables == nil {
		t.Fatalf("no table in section %q", heading)
	}
	return tables
}

func (x text) table(t *testing.T, heading string) [][]string {
	t.Helper()
	return x.tables(t, heading)[0]
}

func (x text) firstColumn(t *testing.T, heading string) []string {
	t.Helper()
	var names []string
	for _, row := range x.table(t, heading) {
		names = append(names, strings.Trim(row[0], "`"))
	}
	return names
}

var fieldPattern = regexp.MustCompile("`([^`]+)`(\\?)?")

// fieldsOf tells of each name in a cell whether it is required.
func fieldsOf(cell string) map[string]bool {
	fields := make(map[string]bool)
	for _, match := range fieldPattern.FindAllStringSubmatch(cell, -1) {
		fields[match[1]] = match[2] == ""
	}
	return fields
}

func equalSets(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = slices.Compact(slices.Sorted(slices.Values(got))), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

func typeNames(types []protocol.Type) []string {
	names := make([]string, 0, len(types))
	for _, frameType := range types {
		names = append(names, frameType.String())
	}
	return names
}

func codeNames() []string {
	var names []string
	for _, code := range protocol.Codes() {
		names = append(names, string(code))
	}
	return names
}
