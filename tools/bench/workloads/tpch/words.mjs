/** The lists that TPC-H's columns are drawn from (specification 4.2.2.13 and 4.2.3). */
const list = (text) => text.trim().split(/\s+/);
const product = (...lists) => lists.reduce((all, next) => all.flatMap((a) => next.map((b) => (a === '' ? b : `${a} ${b}`))), ['']);

export const colours = list(`almond antique aquamarine azure beige bisque black blanched blue blush brown burlywood burnished chartreuse
  chiffon chocolate coral cornflower cornsilk cream cyan dark deep dim dodger drab firebrick floral forest frosted gainsboro ghost
  goldenrod green grey honeydew hot indian ivory khaki lace lavender lawn lemon light lime linen magenta maroon medium metallic
  midnight mint misty moccasin navajo navy olive orange orchid pale papaya peach peru pink plum powder puff purple red rose rosy
  royal saddle salmon sandy seashell sienna sky slate smoke snow spring steel tan thistle tomato turquoise violet wheat white yellow`);
export const types = product(list('STANDARD SMALL MEDIUM LARGE ECONOMY PROMO'), list('ANODIZED BURNISHED PLATED POLISHED BRUSHED'), list('TIN NICKEL BRASS STEEL COPPER'));
export const containers = product(list('SM LG MED JUMBO WRAP'), list('CASE BOX BAG JAR PKG PACK CAN DRUM'));
export const segments = list('AUTOMOBILE BUILDING FURNITURE MACHINERY HOUSEHOLD');
export const priorities = ['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'];
export const instructions = ['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'];
export const modes = ['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB'];
export const regions = list('AFRICA AMERICA ASIA EUROPE').concat('MIDDLE EAST');
/** Name and region, in the order of the keys. */
export const nations = [['ALGERIA', 0], ['ARGENTINA', 1], ['BRAZIL', 1], ['CANADA', 1], ['EGYPT', 4], ['ETHIOPIA', 0], ['FRANCE', 3],
  ['GERMANY', 3], ['INDIA', 2], ['INDONESIA', 2], ['IRAN', 4], ['IRAQ', 4], ['JAPAN', 2], ['JORDAN', 4], ['KENYA', 0], ['MOROCCO', 0],
  ['MOZAMBIQUE', 0], ['PERU', 1], ['CHINA', 2], ['ROMANIA', 3], ['SAUDI ARABIA', 4], ['VIETNAM', 2], ['RUSSIA', 3],
  ['UNITED KINGDOM', 3], ['UNITED STATES', 1]];

/** The parts of speech of the pseudo text. */
export const nouns = list(`foxes ideas theodolites pinto beans instructions dependencies excuses platelets asymptotes courts dolphins
  multipliers sauternes warthogs frets dinos attainments somas braids hockey players frays warhorses dugouts notornis epitaphs pearls
  tithes waters orbits gifts sheaves depths sentiments decoys realms pains grouches escapades packages requests accounts deposits`);
export const verbs = list(`sleep wake are cajole haggle nag use boost affix detect integrate maintain nod was lose sublate solve thrash
  promise engage hinder print x-ray breach eat grow impress mold poach serve run dazzle snooze doze unwind kindle play hang believe doubt`);
export const adjectives = list('furious sly careful blithe quick fluffy slow quiet ruthless thin close dogged daring brave stealthy permanent enticing idle busy regular final ironic even bold silent special pending express unusual');
export const adverbs = list('sometimes always never furiously slyly carefully blithely quickly fluffily slowly quietly ruthlessly thinly closely doggedly daringly bravely stealthily permanently enticingly idly busily regularly finally ironically evenly boldly silently');
export const prepositions = list('about above across after against along among around at atop before behind beneath beside besides between beyond by despite during except for from inside into near of on outside over past since through throughout to toward under until up upon without with within');
