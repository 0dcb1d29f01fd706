package source

// maxListed is how many records an Account lists for each kind of trouble.
const maxListed = 100

// An Account says what became of the records of a request. It is the JSON of
// the answer.
type Account struct {
	// Accepted is the number of records that are done: sending them again
	// would deliver them twice.
	Accepted int `json:"accepted"`

	// Refused are the first hundred of the records, and of what is no record,
	// that need not be sent again, and RefusedTotal is how many there were.
	Refused      []Trouble `json:"refused"`
	RefusedTotal int       `json:"refused_total"`

	// Failed are those that must be sent again, as it is with Refused.
	Failed      []Trouble `json:"failed"`
	FailedTotal int       `json:"failed_total"`

	// Error says why the status is not 200.
	Error string `json:"error,omitempty"`
}

// Trouble is what was wrong with one record. Index counts, from 0, what the
// body holds: records, and what was refused as no record. What is wrong with
// an array, or with the body as a whole, has the index of what comes next.
// Line is the line of the decompressed body on which it starts, from 1.
type Trouble struct {
	Index int    `json:"index"`
	Line  int    `json:"line"`
	Error string `json:"error"`
}

func (a *Account) refuse(t Trouble) {
	if a.RefusedTotal++; len(a.Refused) < maxListed {
		a.Refused = append(a.Refused, t)
	}
}

func (a *Account) fail(t Trouble) {
	if a.FailedTotal++; len(a.Failed) < maxListed {
		a.Failed = append(a.Failed, t)
	}
}

// complete returns the account with lists that are not null.
func (a *Account) complete() *Account {
	if a.Refused == nil {
		a.Refused = []Trouble{}
	}
	if a.Failed == nil {
		a.Failed = []Trouble{}
	}
	return a
}
