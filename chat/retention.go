package chat

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Retention says how long lines are kept. The zero value keeps nothing.
type Retention struct {
	Age   time.Duration // of a line at most; All for any
	Lines int           // of a room at most, the newest; All for any
}

// All is an Age or a number of Lines without a bound.
const All = -1

const day = 24 * time.Hour

// Nothing tells whether no line is to be kept.
func (r Retention) Nothing() bool { return r.Age == 0 || r.Lines == 0 }

// UnmarshalText reads a Retention written as AGE:LINES, such as 30d:10000. An
// age is a number of days followed by d, or a Go duration such as 36h; either part may
// be all. "0" keeps nothing.
func (r *Retention) UnmarshalText(b []byte) error {
	text := string(b)
	if text == "0" {
		*r = Retention{}
		return nil
	}
	age, lines, ok := strings.Cut(text, ":")
	var err error
	if r.Age, err = parseAge(age); err == nil && ok {
		r.Lines, err = parseLines(lines)
	}
	if err != nil || !ok {
		return fmt.Errorf("%q is not of the form AGE:LINES, such as 30d:10000, 36h:all or all:all, and not 0 either", text)
	}
	return nil
}

// MarshalText writes a Retention the way UnmarshalText reads it.
func (r Retention) MarshalText() ([]byte, error) {
	if r.Nothing() {
		return []byte("0"), nil
	}
	age, lines := "all", "all"
	switch {
	case r.Age == All:
	case r.Age%day == 0:
		age = fmt.Sprintf("%dd", r.Age/day)
	default:
		age = r.Age.String()
	}
	if r.Lines != All {
		lines = strconv.Itoa(r.Lines)
	}
	return []byte(age + ":" + lines), nil
}

func parseAge(text string) (time.Duration, error) {
	if text == "all" {
		return All, nil
	}
	age, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n uint16
		n, err = parseDays(days)
		age = time.Duration(n) * day
	}
	if err == nil && age < time.Second {
		err = strconv.ErrRange
	}
	return age, err
}

func parseDays(text string) (uint16, error) {
	n, err := strconv.ParseUint(text, 10, 16) // more would not fit a Duration
	return uint16(n), err
}

func parseLines(text string) (int, error) {
	if text == "all" {
		return All, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err == nil && n < 1 {
		err = strconv.ErrRange
	}
	return int(n), err
}
