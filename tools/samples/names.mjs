/**
 * Invented people and organisations, and places, for the sets that name some. Several words are a
 * person here and a place there.
 */

const FIRST = `Ada Agnes Amos Austin Bela Bruno Carla Cecil Charlotte Chelsea Clara Daisy Dora Edgar Elif Elsa Esther Farah
Felix Florence Fritz Georgia Grace Greta Hannah Hassan Hope Hugo Ida Igor Iris Ivy Jasmine Jordan Judith Kamil Karin Kofi Leila
Leon Lincoln Lorenzo Lucia Mabel Marek Mark May Mei Milan Mina Nadia Ned Nora Olive Omar Otto Paloma Paris Pearl Petra Priya Rahul
Rosa Rufus Ruth Samir Sidney Sofia Stella Sven Sydney Tariq Tess Theo Uma Vera Victoria Virginia Walter Wanda Will Yusuf Zora`;

const LAST = `Abara Alder Ashworth Bakker Banks Becker Berlin Bishop Blackwood Boyle Bridges Castellano Chen Cole Cook Cordova Dahl
Dekker Demir Dijkstra Dorn Duval Eklund Farrow Fields Fisher Forrest Gallagher Grant Haddad Hale Hansen Hill Hollis Hunt Ivanova
Jansen Kaya Keane Kimura Kovac Lancaster Larsen Lima Lincoln Lindqvist London Lopez Marchetti Mbeki Mendes Mills Moreau Nakamura
Novak Okafor Orlando Osei Park Petrov Pike Quist Rao Ravel Rivers Romero Rossi Sandoval Sato Shah Silva Stone Szabo Tanaka Torres
Trent Vance Varga Vogel Wade Walsh Wells Winters Wood York Young Zeller`;

const PLACES = `Aarhus|Alderton|Ankara|Austin|Bergen|Berlin|Bilbao|Boston|Bratislava|Brook End|Cairo|Cape Verde|Cedar Falls|Chelsea|
Cordova|Cork|Dover|Dunley|East Harbour|Ellerby|Fern Island|Florence|Galway|Georgia|Ghent|Gorse Hill|Grantham|Great Barrow|Green Bay|
Halifax|Hampton|Holm|Hope|Jordan|Kenya|Kingsport|Lake Orin|Lancaster|Lima|Lincoln|Lisbon|Little Marsh|Lofthouse|London|Lower Saxony|
Lyon|Malta|Marlow|Mexico|Milan|Monte Rosso|Nairobi|Nantes|New Ross|Nice|North Wick|Norway|Oban|Orlando|Osaka|Oslo|Ostrava|Paris|
Peru|Port Ellis|Porto|Quito|Reading|Rhodes|Riga|Rome|Saint Anselm|Salford|Santa Rosa|Saxby|Seville|Shannon|Sidney|South Moor|Split|Stroud|
Sweden|Sydney|Tampere|Texas|The Hague|Three Rivers|Tromso|Turin|Upper Dene|Utrecht|Victoria|Virginia|Vienna|Wells|Wick|York|Zadar`;

const COMPANIES = `Alder Group|Arden Motors|Banks and Cole|Blue Anchor Shipping|Bright Energy|Castle Foods|Cedar Airways|Dorn Pharma|
Eastern Rail|Ferrous|Fisher & Sons|Grant Thermal|Green Meadow Dairies|Halden Steel|Harbour Mutual|Helio|Hill Brothers|Juno Records|
Kestrel Air|Lancaster Bank|Lumen|Marlow Paper|Mills & Mills|Nimbus|Northwind|Omnia Telecom|Orion Press|Park Lane Hotels|Pike Chemicals|
Quill Books|Red Fern Theatre|Rivers Insurance|Saxby Optical|Stone Bridge Capital|Sunrise Bakeries|Swift|Tanager|Three Rivers Water|
Union Glass|Vogel Instruments|Wells Brewery|Winter & Young|York Mills|Zeller`;

const BODIES = `the University of Ghent|the Institute of Marine Science|the Royal College of Gardeners|the University of Porto|the Dorn
Foundation|the National Archive|the Bee Keepers' Union|the Academy of Letters|Saint Anselm College|the Ministry of Fisheries|the World
Chess Council|Lincoln Infirmary|the Wells Trust|the Red Lantern|the Polar Society|the Charlotte Museum`;

const CLUBS = "Rovers|United|Athletic|Wanderers|City|Rangers|Albion|Town";

const words = (text) => text.split(/\s+/);
const entries = (text) => text.replace(/\n/g, " ").split(/\s*\|\s*/);

export const firstNames = words(FIRST);
export const lastNames = words(LAST);
export const places = entries(PLACES);
export const companies = entries(COMPANIES);
export const bodies = entries(BODIES);
export const clubs = entries(CLUBS);
