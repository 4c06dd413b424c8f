package client

import (
	"context"
	"crypto/rand"
	"errors"

	"moim/signaling/protocol"
)

// Line is something to say.
type Line struct {
	Text  string
	To    string // peer id of the only reader; "" for all
	Reply int64  // the N of the message it answers; 0 for none
	Key   string // the same key is stored once; "" for a new one
}

// errNoLine is a server that confirms a line it has not sent.
var errNoLine = errors.New("the server confirmed a line and did not send it")

// Say says a line to everyone and answers it as it stands in the room.
func (c *Client) Say(ctx context.Context, text string) (protocol.ChatMessage, error) {
	return c.Chat(ctx, Line{Text: text})
}

// Chat says a line and answers it as it stands in the room. When the error
// leaves its fate open, the line may be said again with the same key, which
// the answer holds then too.
func (c *Client) Chat(ctx context.Context, line Line) (protocol.ChatMessage, error) {
	if line.Key == "" {
		line.Key = rand.Text()
	}
	r := &request{key: line.Key}
	_, err := c.ask(ctx, r, func(h head) any {
		return struct {
			head
			Key   string `json:"key"`
			Text  string `json:"text"`
			To    string `json:"to,omitempty"`
			Reply int64  `json:"reply,omitempty"`
		}{h, line.Key, line.Text, line.To, line.Reply}
	}, protocol.TypeChat)
	switch {
	case err != nil:
		return protocol.ChatMessage{Key: line.Key}, err
	case r.line == nil:
		return protocol.ChatMessage{Key: line.Key}, errNoLine
	}
	return *r.line, nil
}

// Edit gives a line of the client's own another text. The line as it stands
// then comes as a ChatChanged event.
func (c *Client) Edit(ctx context.Context, n int64, text string) error {
	_, err := c.ask(ctx, &request{}, func(h head) any {
		return struct {
			head
			N    int64  `json:"n"`
			Text string `json:"text"`
		}{h, n, text}
	}, protocol.TypeChatEdit)
	return err
}

// Delete takes the text of a line away: of one of the client's own, or as host
// of any. The line as it stands then comes as a ChatChanged event.
func (c *Client) Delete(ctx context.Context, n int64) error {
	_, err := c.ask(ctx, &request{}, func(h head) any {
		return struct {
			head
			N int64 `json:"n"`
		}{h, n}
	}, protocol.TypeChatDelete)
	return err
}

// lookup asks for messages; what is nil or 0 is left out.
type lookup struct {
	Query  string `json:"query,omitempty"`
	Before int64  `json:"before,omitempty"`
	After  *int64 `json:"after,omitempty"`
	Since  *int64 `json:"since,omitempty"`
	Limit  int    `json:"limit,omitempty"`
}

func (c *Client) look(ctx context.Context, t protocol.Type, l lookup) (protocol.History, error) {
	raw, err := c.ask(ctx, &request{}, func(h head) any {
		return struct {
			head
			lookup
		}{h, l}
	}, t)
	if err != nil {
		return protocol.History{}, err
	}
	return decode[protocol.History](raw)
}

// History answers the messages before the one numbered before, or the newest
// when that is 0: at most limit, or the server's default when that is 0.
func (c *Client) History(ctx context.Context, before int64, limit int) (protocol.History, error) {
	return c.look(ctx, protocol.TypeChatHistory, lookup{Before: before, Limit: limit})
}

// HistoryAfter is History the other way: the oldest messages after the one
// numbered n, or of all when that is 0.
func (c *Client) HistoryAfter(ctx context.Context, n int64, limit int) (protocol.History, error) {
	return c.look(ctx, protocol.TypeChatHistory, lookup{After: &n, Limit: limit})
}

// HistorySince answers the messages that were said, edited or deleted after the
// change numbered seq, as they stand now and in the order of Seq.
func (c *Client) HistorySince(ctx context.Context, seq int64, limit int) (protocol.History, error) {
	return c.look(ctx, protocol.TypeChatHistory, lookup{Since: &seq, Limit: limit})
}

// Search answers the newest messages that hold every word of the query; before
// and limit are as for History. One search at a time is answered.
func (c *Client) Search(ctx context.Context, query string, before int64, limit int) (protocol.History, error) {
	return c.look(ctx, protocol.TypeChatSearch, lookup{Query: query, Before: before, Limit: limit})
}
