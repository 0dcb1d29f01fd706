// Package pycountry has the countries of Python's package pycountry: the codes
// and names of ISO 3166-1, in the state of iso-codes 4.15 (countries.txt;
// gen_countries.py makes it).
//
// What differs: the other databases of the library (subdivisions, languages,
// currencies, scripts, historic countries) are not here, so that search_fuzzy
// looks at countries only; entries cannot be added, removed or changed.
package pycountry
