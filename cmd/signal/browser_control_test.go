//go:build browser || network

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// element is what assistive technology has under a role and a name.
type element struct {
	p      *person
	object runtime.RemoteObjectID
	name   string
}

// in is a part of the page, as role and name; nil is all of it.
type in struct {
	role, name string
	of         *in
}

// find answers all that have the role within part of the page, under the name
// unless that is empty. What is hidden has no role.
func (p *person) find(ctx context.Context, part *in, role, name string) ([]element, error) {
	root, err := p.root(ctx, part)
	if err != nil {
		return nil, err
	}
	result, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{
		ObjectID: root, Role: role, AccessibleName: name,
	})
	if err != nil {
		return nil, err
	}
	var found []element
	for _, node := range result.Nodes {
		if node.Ignored {
			continue
		}
		resolved, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node.BackendDOMNodeID})
		if err != nil {
			return nil, err
		}
		var computed string
		if node.Name != nil {
			json.Unmarshal(node.Name.Value, &computed)
		}
		found = append(found, element{p, resolved.Object.ObjectID, computed})
	}
	return found, nil
}

func (p *person) root(ctx context.Context, part *in) (runtime.RemoteObjectID, error) {
	if part != nil {
		whole, err := p.one(ctx, part.of, part.role, part.name)
		return whole.object, err
	}
	result, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "document"})
	if err != nil {
		return "", err
	}
	return result.Result.ObjectID, nil
}

// one is find where there must be one.
func (p *person) one(ctx context.Context, part *in, role, name string) (element, error) {
	found, err := p.find(ctx, part, role, name)
	if err == nil && len(found) != 1 {
		err = fmt.Errorf("there are %d of role %s and name %q, want one", len(found), role, name)
	}
	if err != nil {
		return element{}, err
	}
	return found[0], nil
}

// call calls a JavaScript function with the element as this.
func call[T any](ctx context.Context, e element, function string, args ...any) (T, error) {
	var value T
	yes := true
	params := runtime.CallFunctionOnParams{
		FunctionDeclaration: function, ObjectID: e.object, ReturnByValue: &yes, AwaitPromise: &yes,
	}
	for _, arg := range args {
		text, err := json.Marshal(arg)
		if err != nil {
			return value, err
		}
		params.Arguments = append(params.Arguments, &runtime.CallArgument{Value: text})
	}
	result, err := chromedp.Call(ctx, runtime.CallFunctionOn, params)
	if err != nil {
		return value, err
	}
	if fault := result.ExceptionDetails; fault != nil {
		return value, errors.New(fault.Text + " " + fault.Exception.Description)
	}
	if len(result.Result.Value) == 0 {
		return value, nil
	}
	return value, json.Unmarshal(result.Result.Value, &value)
}

// sees waits until there is one of the role and name.
func (p *person) sees(role, name string) {
	p.t.Helper()
	p.seesIn(nil, role, name)
}

func (p *person) seesIn(part *in, role, name string) {
	p.t.Helper()
	p.eventually("sees "+role+" "+name, func(ctx context.Context) error {
		_, err := p.one(ctx, part, role, name)
		return err
	})
}

// misses waits until there is none of the role and name.
func (p *person) misses(role, name string) {
	p.t.Helper()
	p.eventually("no longer sees "+role+" "+name, func(ctx context.Context) error {
		found, err := p.find(ctx, nil, role, name)
		if err == nil && len(found) > 0 {
			err = errors.New("it is there")
		}
		return err
	})
}

// reads waits until the text is to be seen in the control or region.
func (p *person) reads(role, name, text string) {
	p.t.Helper()
	p.readsIn(&in{role: role, name: name}, text)
}

func (p *person) readsIn(part *in, text string) {
	p.t.Helper()
	p.eventually(fmt.Sprintf("reads %q in %s %s", text, part.role, part.name), func(ctx context.Context) error {
		shown, err := p.text(ctx, part)
		if err == nil && !strings.Contains(shown, text) {
			err = fmt.Errorf("it says %q", shown)
		}
		return err
	})
}

// readsPage waits until the text is to be seen anywhere.
func (p *person) readsPage(text string) {
	p.t.Helper()
	p.eventually(fmt.Sprintf("reads %q", text), func(ctx context.Context) error {
		shown, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
		if err == nil && !strings.Contains(shown, text) {
			err = fmt.Errorf("the page says %q", shown)
		}
		return err
	})
}

// readsNot waits until the text is not to be seen in the control or region.
func (p *person) readsNot(role, name, text string) {
	p.t.Helper()
	p.eventually(fmt.Sprintf("does not read %q in %s %s", text, role, name), func(ctx context.Context) error {
		shown, err := p.text(ctx, &in{role: role, name: name})
		if err == nil && strings.Contains(shown, text) {
			err = fmt.Errorf("it says %q", shown)
		}
		return err
	})
}

// text is what is to be seen in a part of the page.
func (p *person) text(ctx context.Context, part *in) (string, error) {
	e, err := p.one(ctx, part.of, part.role, part.name)
	if err != nil {
		return "", err
	}
	return call[string](ctx, e, `function () { return this.innerText; }`)
}

// has waits until an attribute or property of a control has a value.
func (p *person) has(role, name, property, value string) {
	p.t.Helper()
	p.eventually(fmt.Sprintf("%s of %s %s is %q", property, role, name, value), func(ctx context.Context) error {
		e, err := p.one(ctx, nil, role, name)
		if err != nil {
			return err
		}
		got, err := call[string](ctx, e, `function (p) { return String(p in this ? this[p] : this.getAttribute(p)); }`, property)
		if err == nil && got != value {
			err = fmt.Errorf("it is %q", got)
		}
		return err
	})
}

// titled waits until the tab has a title.
func (p *person) titled(title string) {
	p.t.Helper()
	p.eventually("title is "+title, func(ctx context.Context) error {
		got, err := chromedp.Run(ctx, chromedp.Title())
		if err == nil && got != title {
			err = fmt.Errorf("it is %q", got)
		}
		return err
	})
}

// at waits until the tab is at a path.
func (p *person) at(path string) {
	p.t.Helper()
	p.eventually("is at "+path, func(ctx context.Context) error {
		got, err := chromedp.Run(ctx, chromedp.Location())
		if err == nil && got != p.site.url+path {
			err = fmt.Errorf("is at %s", got)
		}
		return err
	})
}

// atDoor waits until the tab shows the door of a room.
func (p *person) atDoor(room string) {
	p.t.Helper()
	p.at("/r/" + url.PathEscape(room))
	p.sees("heading", room)
}

// target is where to point at an element: its middle, scrolled into view, if
// it stands still and nothing covers it.
const target = `async function () {
  if (this.disabled) throw new Error('it is disabled');
  this.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  const middle = () => {
    const { left, top, width, height } = this.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
  };
  const before = middle();
  await moimTest.frames(2);
  const { x, y } = middle();
  if (x !== before.x || y !== before.y) throw new Error('it moves');
  const hit = document.elementFromPoint(x, y);
  if (!hit || !(this.contains(hit) || hit.contains(this))) {
    throw new Error('something covers it: ' + (hit?.outerHTML.slice(0, 200) ?? 'it is outside of the window'));
  }
  return { x, y };
}`

// clicks clicks a control with the mouse.
func (p *person) clicks(role, name string) {
	p.t.Helper()
	p.clicksIn(nil, role, name)
}

func (p *person) clicksIn(part *in, role, name string) {
	p.t.Helper()
	var at struct{ X, Y float64 }
	p.eventually("can click "+role+" "+name, func(ctx context.Context) error {
		e, err := p.one(ctx, part, role, name)
		if err != nil {
			return err
		}
		at, err = call[struct{ X, Y float64 }](ctx, e, target)
		return err
	})
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y)); err != nil {
		p.t.Fatalf("%s clicks %s: %v", p.name, name, err)
	}
}

// fills puts a text into a text box instead of what is there.
func (p *person) fills(name, text string) {
	p.t.Helper()
	p.eventually("can fill "+name, func(ctx context.Context) error {
		e, err := p.one(ctx, nil, "textbox", name)
		if err == nil {
			_, err = call[any](ctx, e, `function () { this.focus(); this.select(); }`)
		}
		return err
	})
	if text == "" {
		p.presses(kb.Delete)
		return
	}
	p.types(text)
}

// types writes at the caret, as an input method does.
func (p *person) types(text string) {
	p.t.Helper()
	do(p, input.InsertText, input.InsertTextParams{Text: text})
}

// presses presses keys, one after the other. As with a real keyboard, a page
// that takes a key down gets no character of it.
func (p *person) presses(keys string, modifiers ...kb.Modifier) {
	p.t.Helper()
	var held int64
	for _, m := range modifiers {
		held |= int64(m)
	}
	for _, key := range keys {
		events := kb.Encode(key)
		down, up := *events[0], *events[len(events)-1]
		if len(events) == 3 {
			down.Text, down.UnmodifiedText = events[1].Text, events[1].UnmodifiedText
		}
		down.Modifiers |= held
		up.Modifiers |= held
		do(p, input.DispatchKeyEvent, down)
		do(p, input.DispatchKeyEvent, up)
	}
}
