package dynamodb

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching"
)

// maxJoined is how many bytes the members of a batch have together, at most,
// but for a single addition.
const maxJoined = 32 * 1024

// AddStrings implements caching.Store.
func (s *Store) AddStrings(ctx context.Context, key string, now int64, members caching.StringSet, ttl caching.TTL) (caching.StringSet, error) {
	set, err := s.sets.add(ctx, key, now, amount{members: members}, ttl)
	return set.members, err
}

func (s *Store) setRule() rule {
	return rule{join: joinMembers, apply: s.addMembers}
}

func joinMembers(sum, a amount) (amount, bool) {
	if sum.members.Bytes()+a.members.Bytes() > maxJoined {
		return sum, false
	}
	return amount{members: sum.members.Union(a.members)}, true
}

// addMembers adds the members of a batch, and gives each caller the set as it
// is after its own: the update returns the set as it was before all.
func (s *Store) addMembers(ctx context.Context, key string, b *batch) error {
	set, err := s.addTo(ctx, key, b.now, b.sum.members, b.ttl)
	if err != nil {
		return err
	}
	for _, a := range b.additions {
		set = set.Union(a.members)
		a.done <- answer{result: amount{members: set}}
	}
	return nil
}

// addTo adds members and returns the set as it was before, or with them if it
// is not known what was there before.
func (s *Store) addTo(ctx context.Context, key string, now int64, members caching.StringSet, ttl caching.TTL) (caching.StringSet, error) {
	created := encode(key, caching.Item{Strings: members, ExpiresAt: newItemTTL(ttl)})
	values := timeValues(now)
	values[":ss"] = stringSet(members)
	update := s.update(key, live, "ADD #s :ss"+after(" SET ", setTTL(ttl, values)), values)
	update.ReturnValues = types.ReturnValueUpdatedOld
	for {
		out, err := s.sendUpdate(ctx, update)
		if _, failed := failedCondition(err); !failed {
			return s.stringsOf(key, out, err)
		}
		replaced, err := s.replaceExpired(ctx, key, now, created)
		if err != nil || replaced {
			return caching.StringSet{}, err
		}
	}
}
