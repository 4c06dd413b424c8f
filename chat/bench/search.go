package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"moim/chat"
)

// search is one kind of search. The floor's word is "" where its index cannot find that.
type search struct {
	key, name, word, fts string
}

var searches = []search{
	{"common", "common word", commonWord, commonWord},
	{"rare", "rare word", rareWord, rareWord},
	{"korean", "part of a Korean word", koreanPart, ""},
	{"prefix", "beginning of a word", wordPrefix, wordPrefix + "*"},
}

// searches measures how long searches take, in the hall and in one of the rooms.
func (a *archive) searches(ctx context.Context, round int, add func(figure)) error {
	some := func(i int) int { return rand.New(rand.NewPCG(uint64(round), uint64(i)+1<<32)).IntN(a.scale.Rooms) }
	for _, place := range []struct {
		name string
		room func(i int) int
	}{{"hall", func(int) int { return a.scale.Rooms }}, {"room", some}} {
		for _, s := range searches {
			sides := a.searchSides(ctx, s)
			err := agree(sides, place.room(0))
			if err != nil {
				return fmt.Errorf("search, %s, %s: %w", s.name, place.name, err)
			}
			for _, side := range sides {
				f := figure{Row: searchPrefix + s.key + "-" + place.name, Side: side.name}
				f.Value, err = a.timed(ctx, f, func(i int) error {
					_, err := side.find(place.room(i))
					return err
				})
				if err != nil {
					return fmt.Errorf("search, %s, %s: %w", s.name, side.name, err)
				}
				add(f)
			}
		}
	}
	return nil
}

// searchSide is one way to search, newest first or last.
type searchSide struct {
	name string
	find func(room int) ([]chat.Message, error)
}

func (a *archive) searchSides(ctx context.Context, s search) []searchSide {
	sides := []searchSide{{sideMoim, a.finder(ctx, chat.Query{Words: s.word})}}
	if s.fts != "" {
		sides = append(sides, searchSide{sideFTS, func(room int) ([]chat.Message, error) {
			return a.floor.search(ctx, room, s.fts)
		}})
	}
	return append(sides, searchSide{sideLike, func(room int) ([]chat.Message, error) {
		return found(a.floor.like.QueryContext(ctx, room, s.word))
	}})
}

// agree holds that all ways to search find the same.
func agree(sides []searchSide, room int) error {
	var first []int64
	for i, side := range sides {
		messages, err := side.find(room)
		if err != nil {
			return err
		}
		var ns []int64
		for _, m := range messages {
			ns = append(ns, m.N)
		}
		slices.Sort(ns)
		if i == 0 {
			first = ns
		} else if !slices.Equal(first, ns) {
			return fmt.Errorf("%s finds %d, %s %d", sides[0].name, first, side.name, ns)
		}
	}
	return nil
}
