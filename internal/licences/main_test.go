package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestList holds that docs/licences.md lists what is linked in.
func TestList(t *testing.T) {
	want, err := os.ReadFile("../../docs/licences.md")
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := write(t.Context(), &got, false); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("docs/licences.md is not what is linked in; run make licences, which writes\n%s", &got)
	}
}

func TestTexts(t *testing.T) {
	var texts bytes.Buffer
	if err := write(t.Context(), &texts, true); err != nil {
		t.Fatal(err)
	}
	modules, err := linked(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range modules {
		if !strings.Contains(texts.String(), "== "+m.path+" "+m.version+": ") {
			t.Errorf("nothing of %s", m.path)
		}
	}
}

// TestUnknownLicence holds that a licence nobody has read is not passed on.
func TestUnknownLicence(t *testing.T) {
	m := module{path: "example.org/strict", folder: t.TempDir()}
	if _, err := m.licences(); err == nil {
		t.Error("no licence is enough")
	}
	if err := os.WriteFile(m.folder+"/LICENSE", []byte("You may look at it."), 0o600); err != nil {
		t.Fatal(err)
	}
	if names, err := m.licences(); err == nil {
		t.Errorf("an unknown licence is taken for %v", names)
	}
}
